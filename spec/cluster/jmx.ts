/** The servers' own account of themselves, `/jmx` of their web server. */
const ANSWER_MILLISECONDS = 2000;

export interface NameNodeState {
  readonly role: 'active' | 'standby';
  /** Out of safe mode. */
  readonly isOperational: boolean;
  readonly liveDataNodes: number;
}

/** Null while the server does not answer. */
async function bean(port: number, name: string): Promise<Readonly<Record<string, unknown>> | null> {
  try {
    const signal = AbortSignal.timeout(ANSWER_MILLISECONDS);
    const answer = await fetch(`http://127.0.0.1:${port}/jmx?qry=Hadoop:${name}`, { signal });
    const { beans } = (await answer.json()) as { beans: Record<string, unknown>[] };
    return beans[0] ?? null;
  } catch {
    return null;
  }
}

export async function nameNodeState(port: number): Promise<NameNodeState | null> {
  const status = await bean(port, 'service=NameNode,name=NameNodeStatus');
  const system = await bean(port, 'service=NameNode,name=FSNamesystemState');
  if (status === null || system === null) return null;
  return {
    role: status.State === 'active' ? 'active' : 'standby',
    isOperational: system.FSState === 'Operational',
    liveDataNodes: Number(system.NumLiveDataNodes),
  };
}

interface Actor {
  readonly ActorState: string;
  /** Seconds ago. */
  readonly LastHeartbeat: string;
}

/** With how many NameNodes the DataNode is in touch. */
export async function nameNodesOf(port: number): Promise<number> {
  const info = await bean(port, 'service=DataNode,name=DataNodeInfo');
  const actors = JSON.parse(String(info?.BPServiceActorInfo ?? '[]')) as Actor[];
  return actors.filter((actor) => actor.ActorState === 'RUNNING' && Number(actor.LastHeartbeat) <= 2).length;
}

/** HttpFS tells `/jmx` to administrators only. */
export async function httpFsAnswers(url: string): Promise<boolean> {
  try {
    const signal = AbortSignal.timeout(ANSWER_MILLISECONDS);
    return (await fetch(`${url}/webhdfs/v1/?op=GETHOMEDIRECTORY&user.name=anyone`, { signal })).ok;
  } catch {
    return false;
  }
}
