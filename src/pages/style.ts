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
a.button {
  display: inline-block; padding: 0.5rem 1.25rem; border-radius: 1.5rem; text-decoration: none;
  color: light-dark(#fff, #10151a); background: light-dark(#0a5bd0, #7db3ff)
}
a.button:focus-visible { outline: 3px solid light-dark(#1f2933, #fff); outline-offset: 2px }
`
