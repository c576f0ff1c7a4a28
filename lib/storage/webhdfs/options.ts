/** The options of the WebHDFS client, and what they mean. */

export interface WebHdfsOptions {
  /** One or two NameNodes (or one HttpFS or gateway): `http://nn1:9870`, `https://gateway/base`. */
  nameNodes: readonly string[];
  /** Name in `user.name`; ignored by servers with Kerberos. @default the server's (usually `dr.who`) */
  user?: string;
  /** User to act as, where `user` is a proxy user. */
  doas?: string;
  /** Delegation token, sent instead of `user` and `doas`. */
  token?: string;
  /** Fetches a token when there is none, or when the server calls the present one invalid. */
  newToken?: () => Promise<string>;
  /** Headers of every request to a NameNode, for example `Authorization`. DataNodes get `X-XSRF-HEADER` only. */
  headers?: Readonly<Record<string, string>>;
  /** Headers of every request to a DataNode. @default `X-XSRF-HEADER` of `headers`, if it is there */
  dataNodeHeaders?: Readonly<Record<string, string>>;
  /** Where DataNodes are found: `{"dn1.cluster": "10.0.0.7"}` or, with ports, `{"dn1:9864": "localhost:19864"}`. */
  hostMap?: Readonly<Record<string, string>>;
  /** Whether the server is HttpFS, which sends and takes the bytes itself. @default false */
  httpFs?: boolean;
  timeouts?: {
    /** Milliseconds until a connection stands. @default 10000 */
    connect?: number;
    /** Milliseconds without a byte while one is waited for. @default 60000 */
    idle?: number;
  };
  retry?: {
    /** Tries in all, each one of all NameNodes; 1 means no second try. @default 10 */
    attempts?: number;
    /** Milliseconds before the second try; doubles each time, with jitter. @default 500 */
    base?: number;
    /** Longest single wait, milliseconds. @default 15000 */
    cap?: number;
    /** No try begins later than this after the first one (or after the last progress of a read), milliseconds. @default 120000 */
    total?: number;
  };
  /** Block size of new files, bytes. @default the server's */
  blockSize?: number;
  /** Copies of each block of new files. @default the server's */
  replication?: number;
  /** Octal mode of new files, for example `640`. @default the server's */
  permission?: string;
  tls?: {
    /** Certificates (PEM) to trust instead of the system's. */
    ca?: string | Buffer;
    /** Certificate of this client (PEM). */
    cert?: string | Buffer;
    /** Its private key (PEM). */
    key?: string | Buffer;
    /** Password of the key. */
    passphrase?: string;
    /** Whether certificates are verified. @default true */
    verify?: boolean;
    /** Whether a NameNode with https may send the client to a DataNode without. @default false */
    allowPlainDataNodes?: boolean;
  };
}
