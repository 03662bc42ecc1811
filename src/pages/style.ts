// How our pages look: in light and in dark, in either direction of writing, without anything that would have to be fetched.
export const STYLE = `
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif }
body { margin: 0; padding: 1.5rem; color: light-dark(#1f2933, #e4e7eb); background: light-dark(#f4f6f8, #14181d) }
main {
  max-width: 34rem; margin: 8vh auto 0; padding: 2rem; box-sizing: border-box; overflow-wrap: anywhere;
  background: light-dark(#fff, #1f252c); border: 1px solid light-dark(#d9dee4, #364049); border-radius: 0.75rem
}
h1 { margin: 0 0 0.75rem; font-size: 1.375rem; line-height: 1.3 }
p { margin: 0 0 1rem }
p:last-child { margin-bottom: 0 }
code { font: 0.9em ui-monospace, monospace }
a { color: light-dark(#0a5bd0, #7db3ff) }
a.button, button.button {
  display: inline-block; border: 0; font: inherit; cursor: pointer; padding: 0.5rem 1.25rem; border-radius: 1.5rem; text-decoration: none;
  color: light-dark(#fff, #10151a); background: light-dark(#0a5bd0, #7db3ff)
}
button.danger { color: light-dark(#fff, #2a0f0f); background: light-dark(#b3261e, #ff8f85) }
.button:focus-visible, input:focus-visible, summary:focus-visible, a:focus-visible { outline: 3px solid light-dark(#1f2933, #fff); outline-offset: 2px }
h2 { margin: 1.5rem 0 0.5rem; font-size: 1.0625rem; line-height: 1.4 }
form { margin: 0 0 1.5rem }
label { display: block; font-weight: 600 }
label.choice { font-weight: 400 }
.field { margin: 0 0 1.25rem }
.field input {
  width: 100%; box-sizing: border-box; margin: 0.25rem 0; padding: 0.5rem 0.75rem; font: inherit; border-radius: 0.375rem;
  color: inherit; background: light-dark(#fff, #14181d); border: 1px solid light-dark(#6b7785, #8a97a5)
}
.field input[aria-invalid="true"] { border-color: light-dark(#b3261e, #ff8f85) }
.hint { margin: 0; font-size: 0.875rem; color: light-dark(#52606d, #aab4bf) }
.wrong { margin: 0.25rem 0 0; font-size: 0.875rem; color: light-dark(#b3261e, #ff8f85) }
.told { margin: 0 0 1rem; padding: 0.75rem 1rem; border-radius: 0.375rem; background: light-dark(#eef2f6, #2a323b) }
.told.problem { background: light-dark(#fdecea, #3a2322) }
.told > :last-child { margin-bottom: 0 }
dl { display: grid; grid-template-columns: 1fr auto; gap: 0.25rem 1rem; margin: 0 0 1rem }
dd { margin: 0; text-align: end }
summary { cursor: pointer; color: light-dark(#0a5bd0, #7db3ff) }
details form { margin: 1rem 0 0 }
hr { margin: 1.5rem 0; border: 0; border-top: 1px solid light-dark(#d9dee4, #364049) }
`
