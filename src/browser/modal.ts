// An answer, looking as in Wix's "Manage your automations quotas".
import type { Modal, PreviewAnswer } from '../preview/answer.ts'
import { link, make } from './elements.ts'

/** The screen, in the answer's own language and direction. */
export function drawModal({ language, direction, modal }: PreviewAnswer): HTMLElement {
  const { title, app, message, groups } = modal
  return make(
    'section',
    { class: 'modal', lang: language, dir: direction, 'aria-label': title },
    make('header', {}, make('h3', {}, title), make('span', { class: 'close', 'aria-hidden': 'true' }, '×')),
    make('h4', {}, app),
    ...(message === undefined ? groups.map(drawGroup) : [make('p', { class: 'empty' }, message)])
  )
}

type Group = Modal['groups'][number]

function drawGroup({ plans, quotas, button }: Group, place: number): HTMLElement {
  return make(
    'div',
    { class: 'group' },
    make('div', { class: 'plan' }, make('ul', {}, ...plans.map(name => make('li', {}, name))), button && link(button)),
    make('ul', { class: 'quotas' }, ...quotas.map((quota, row) => drawQuota(quota, `tip-${place}-${row}`)))
  )
}

function drawQuota({ name, usage, renews, tooltip }: Group['quotas'][number], id: string): HTMLElement {
  return make(
    'li',
    {},
    make('span', { class: 'feature' }, name, tooltip && drawTooltip(tooltip, id)),
    make('span', { class: 'usage' }, usage),
    renews === undefined ? undefined : make('span', { class: 'renews' }, renews)
  )
}

/** Shown on hover and on focus, which the style does; Escape hides it: https://www.w3.org/TR/WCAG22/#content-on-hover-or-focus */
function drawTooltip({ label, text, link: leads }: NonNullable<Group['quotas'][number]['tooltip']>, id: string) {
  const icon = make('button', { type: 'button', class: 'icon', 'aria-label': label, 'aria-describedby': id }, 'i')
  const bubble = make('span', { class: 'bubble' }, make('span', { role: 'tooltip', id }, text), leads && link(leads))
  const tip = make('span', { class: 'tip' }, icon, bubble)
  tip.addEventListener('keydown', ({ key }) => {
    if (key === 'Escape') tip.classList.add('hidden')
  })
  for (const event of ['mouseleave', 'focusout']) tip.addEventListener(event, () => tip.classList.remove('hidden'))
  return tip
}
