/** The part of the player SDK that only Node can run: events kept in a file. */

export { type FileStoreOptions, fileEventStore } from './event-store-file.ts'
