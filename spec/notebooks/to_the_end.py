"""Execution of a notebook that waits for a cell's last output.

Deno's kernel may say that it is idle before it sends the value of a cell's last expression. JupyterLab shows what comes
late, nbconvert drops it.
"""
from nbconvert.preprocessors import ExecutePreprocessor

PAUSE = "await new Promise((resolve) => setTimeout(resolve, 50));"


class ExecuteToTheEnd(ExecutePreprocessor):
    async def _async_poll_output_msg(self, parent_msg_id, cell, cell_index):
        await super()._async_poll_output_msg(parent_msg_id, cell, cell_index)
        pause = self.kc.execute(PAUSE, silent=True, store_history=False)
        while True:
            message = await self.kc.iopub_channel.get_msg(timeout=None)
            parent = message["parent_header"].get("msg_id")
            if parent == parent_msg_id:
                self.process_message(message, cell, cell_index)
            elif parent == pause and message["content"].get("execution_state") == "idle":
                return
