import { errors } from '@opensearch-project/opensearch'
import { expect, it } from 'vitest'
import { OpenSearchFull, type Writing, writeDocuments } from './write-documents.ts'

const writing: Writing = {
  indices: ['tracks-1'],
  version: 7,
  documents: [],
  gone: [{ kind: 'track', id: '019a0000-0000-7000-8000-000000000001' }],
}

/** A client whose `bulk` ends so. */
const clientThat = (bulk: () => Promise<unknown>) => ({ bulk }) as unknown as Parameters<typeof writeDocuments>[0]
const answered = (status: number, type: string) =>
  clientThat(async () => ({ body: { items: [{ delete: { status, error: { type, reason: 'as it is' } } }] } }))

it('tells want of room from what will never be taken, of the request and of one document', async () => {
  const refused = new errors.ResponseError({ statusCode: 429, body: { error: 'circuit_breaking_exception' } } as never)
  await expect(
    writeDocuments(
      clientThat(() => Promise.reject(refused)),
      writing,
    ),
  ).rejects.toThrow(OpenSearchFull)
  await expect(writeDocuments(answered(429, 'rejected_execution_exception'), writing)).rejects.toThrow(OpenSearchFull)
  const wrong = writeDocuments(answered(400, 'mapper_parsing_exception'), writing)
  await expect(wrong).rejects.toThrow('did not take a document: mapper_parsing_exception, as it is')
  await expect(wrong).rejects.not.toThrow(OpenSearchFull)
})
