/** Owns the table of those who sign in to the object store: what each may do there, and by which variables it is told its keys. */

export const STORE_BUCKETS = ['audio', 'reports'] as const
export type StoreBucket = (typeof STORE_BUCKETS)[number]
/** What each bucket is called there. */
export type BucketNames = Readonly<Record<StoreBucket, string>>

interface StoreUserRow {
  readonly work: string
  /** Actions of S3; in a bucket that is not here it may do nothing. */
  readonly may: Readonly<Partial<Record<StoreBucket, readonly string[]>>>
}

export const STORE_USERS = {
  gateway: {
    // Its key is in the address of every chunk: an address can do what the key may, and nothing else is to be had by it.
    work: 'signs the addresses that players read chunks by',
    may: { audio: ['s3:GetObject'] },
  },
  catalog: { work: 'ingest of music and of advertisements', may: { audio: ['s3:PutObject'] } },
  royalties: {
    work: 'the close of a month: statements and reports, large ones in parts',
    may: {
      reports: [
        's3:GetObject',
        's3:PutObject',
        's3:ListBucket',
        's3:ListBucketMultipartUploads',
        's3:ListMultipartUploadParts',
        's3:AbortMultipartUpload',
      ],
    },
  },
  reader: {
    work: 'copies for safe keeping',
    may: {
      audio: ['s3:GetObject', 's3:ListBucket', 's3:GetBucketLocation'],
      reports: ['s3:GetObject', 's3:ListBucket', 's3:GetBucketLocation'],
    },
  },
} as const satisfies Record<string, StoreUserRow>

export type StoreUser = keyof typeof STORE_USERS
export const STORE_USER_NAMES = Object.keys(STORE_USERS) as StoreUser[]

/** As the store knows it, unless its variable says otherwise: then somebody else made it, and keeps it. */
export const storeUserName = (user: StoreUser): string => `segue-${user}`

export interface KeyVariables {
  readonly accessKey: string
  readonly secretKey: string
}

/** `admin`: whoever makes the buckets and the others. */
export function keyVariables(user: StoreUser | 'admin'): KeyVariables {
  const owner = user === 'admin' ? '' : `${user.toUpperCase()}_`
  return { accessKey: `SEGUE_MINIO_${owner}ACCESS_KEY`, secretKey: `SEGUE_MINIO_${owner}SECRET_KEY` }
}

/** In the language of S3, which MinIO speaks. */
export function policyOf(user: StoreUser, buckets: BucketNames) {
  const { may }: StoreUserRow = STORE_USERS[user]
  return {
    Version: '2012-10-17',
    Statement: STORE_BUCKETS.flatMap((bucket) => {
      const actions = may[bucket]
      const name = `arn:aws:s3:::${buckets[bucket]}`
      return actions === undefined ? [] : [{ Effect: 'Allow', Action: actions, Resource: [name, `${name}/*`] }]
    }),
  }
}

/** The variables with keys of MinIO that a program of `users` has no business with. */
export function foreignKeys(users: readonly StoreUser[]): string[] {
  const foreign = (['admin', ...STORE_USER_NAMES] as const).filter((user) => !users.some((own) => own === user))
  return foreign.map(keyVariables).flatMap(({ accessKey, secretKey }) => [accessKey, secretKey])
}
