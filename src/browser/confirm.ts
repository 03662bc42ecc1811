// Asks before what cannot be taken back.
import { find } from './elements.ts'

/** Whether a person says yes; Escape says no. */
export async function confirmed(question: string): Promise<boolean> {
  const dialog = find('confirm', HTMLDialogElement)
  find('confirm-question', HTMLElement).textContent = question
  dialog.returnValue = ''
  const { promise, resolve } = Promise.withResolvers<boolean>()
  dialog.addEventListener('close', () => resolve(dialog.returnValue === 'yes'), { once: true })
  find('confirm-yes', HTMLButtonElement).onclick = () => dialog.close('yes')
  find('confirm-no', HTMLButtonElement).onclick = () => dialog.close()
  dialog.showModal()
  return promise
}
