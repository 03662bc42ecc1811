// What stands in the pages: forms and empty places, in the reader's language. The modules of src/browser find them by their ids.
import { PAGE_WORDS } from '../browser/page-words.ts'
import { type Html, html } from '../pages/html.ts'
import type { Words } from '../presentation/words.ts'

/** What a person types on the machine of the service. */
const COMMAND = 'quota-bridge preview --config FILE'

/** Placeholders that the modules fill stay what they are. */
const KEPT = { site: '{site}', name: '{name}' }

/** The body of the pages, without any data. */
export function pageBody(words: Words): Html {
  const brought = JSON.stringify(
    PAGE_WORDS.map(key => (key === 'page.connections.question' ? words.say(key, KEPT) : words.say(key)))
  )
  return html`<noscript><p>${words.say('page.needs-script')}</p></noscript>
<p id="problem" role="alert" lang="en" dir="auto"></p>
<p id="status" role="status"></p>
<div id="page" data-words="${brought}">
${signInForm(words)}
<div id="signed-in" hidden>
<nav>
<a id="to-preview" href="/preview">${words.say('page.preview.title')}</a>
<a id="to-connections" href="/connections">${words.say('page.connections.title')}</a>
<a id="to-audit" href="/audit">${words.say('page.audit.title')}</a>
<button type="button" id="sign-out">${words.say('page.sign-out')}</button>
</nav>
${previewView(words)}
${connectionsView(words)}
<section id="view-audit" aria-labelledby="title-audit" hidden>
<h2 id="title-audit" tabindex="-1">${words.say('page.audit.title')}</h2>
<ol id="audit-list" class="rows audit"></ol>
<button type="button" id="audit-more" hidden>${words.say('page.more')}</button>
</section>
</div>
<dialog id="confirm" aria-labelledby="confirm-question">
<p id="confirm-question"></p>
<p class="actions"><button type="button" id="confirm-no">${words.say('page.cancel')}</button>
<button type="button" id="confirm-yes" class="danger">${words.say('page.connections.delete')}</button></p>
</dialog>
</div>`
}

/** The field has no name: nothing of it can come into an address. */
function signInForm(words: Words): Html {
  return html`<form id="sign-in">
<p><label for="token">${words.say('page.sign-in.token')}</label>
<input id="token" type="password" autocomplete="off" required></p>
<p>${words.say('page.sign-in.help')} <code dir="ltr">${COMMAND}</code></p>
<p><button type="submit">${words.say('page.sign-in.button')}</button></p>
</form>`
}

function previewView(words: Words): Html {
  return html`<section id="view-preview" aria-labelledby="title-preview" hidden>
<h2 id="title-preview" tabindex="-1">${words.say('page.preview.title')}</h2>
<form id="preview-form" class="fields">
<p><label for="action">${words.say('page.preview.action')}</label><select id="action"></select></p>
<p><label for="state">${words.say('page.preview.state')}</label><select id="state"></select></p>
<p><label for="language">${words.say('page.preview.language')}</label><select id="language"></select></p>
<p><label for="site">${words.say('page.site')}</label><input id="site" autocomplete="off" spellcheck="false" dir="ltr"></p>
<p><button type="submit">${words.say('page.preview.show')}</button></p>
</form>
<div id="result"></div>
</section>`
}

function connectionsView(words: Words): Html {
  return html`<section id="view-connections" aria-labelledby="title-connections" hidden>
<h2 id="title-connections" tabindex="-1">${words.say('page.connections.title')}</h2>
<form id="connections-form" class="fields" role="search">
<p><label for="connections-provider">${words.say('page.connections.provider')}</label><select id="connections-provider"></select></p>
<p><label for="connections-health">${words.say('page.connections.health')}</label><select id="connections-health"></select></p>
<p><label for="connections-site">${words.say('page.site')}</label><input id="connections-site" autocomplete="off" spellcheck="false" dir="ltr"></p>
<p><button type="submit">${words.say('page.connections.search')}</button></p>
</form>
<ul id="connections-list" class="rows"></ul>
<button type="button" id="connections-more" hidden>${words.say('page.more')}</button>
<div id="connections-shared">
<h3>${words.say('page.connections.shared')}</h3>
<ul id="connections-shared-list" class="rows"></ul>
</div>
</section>`
}
