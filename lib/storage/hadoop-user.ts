import { userInfo } from 'node:os';

/** Whom HDFS sees where no user is set, as with Hadoop's own client; `undefined` where the system knows no name. */
export function hadoopUser(): string | undefined {
  if (process.env.HADOOP_USER_NAME) return process.env.HADOOP_USER_NAME;
  try {
    return userInfo().username;
  } catch {
    return undefined;
  }
}
