// Where this program lies. What is read beside the code is found from here, since a build puts many modules into one file.
import { extname } from 'node:path'

/** The folder of `main`: `src/`, or `dist/` of a build. */
export const ROOT = new URL('./', import.meta.url)

/** What our programs' files end in there: `.ts`, or `.js` of a build. */
export const EXTENSION = extname(import.meta.url)
