"""A kernel as Jupyter's Stop button finds it: prints how each cell ended, and what the last one gave."""
from jupyter_client.manager import KernelManager

manager = KernelManager(kernel_name="deno")
manager.start_kernel()
client = manager.client()
client.start_channels()
try:
    client.wait_for_ready(timeout=60)

    def ended(code, stop=False):
        """Status of a cell; with stop it is interrupted once it has printed something."""
        request = client.execute(code)
        shown = ""
        while True:
            message = client.get_iopub_msg(timeout=60)
            if message["parent_header"].get("msg_id") != request:
                continue
            kind, content = message["msg_type"], message["content"]
            if kind == "stream" and stop:
                manager.interrupt_kernel()
            elif kind == "execute_result":
                shown = content["data"]["text/plain"]
            elif kind == "status" and content["execution_state"] == "idle":
                break
        return client.get_shell_msg(timeout=60)["content"]["status"], shown

    print(ended("const kept = 42;")[0])
    print(ended("console.log('busy'); while (true) {}", stop=True)[0])
    print("\n".join(ended("kept")))
finally:
    client.stop_channels()
    manager.shutdown_kernel(now=True)
