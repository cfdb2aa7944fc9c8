/** Owns how the page of a run looks, by day and by night. */

export const STYLE = `
:root { color-scheme: light dark; --ink: #1c2128; --dim: #5b6573; --ground: #f6f7f9; --card: #fff; --line: #dfe3e8; --ok: #137a3d; --bad: #b3261e; --bar: #3b6fd4; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e9ed; --dim: #9aa5b1; --ground: #14171b; --card: #1c2026; --line: #313842; --ok: #5fc98a; --bad: #ff8a80; --bar: #7ba6f7; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 15px/1.45 system-ui, sans-serif; }
main { max-width: 1080px; margin: 0 auto; padding: 32px 20px 64px; }
h1 { font-size: 26px; margin: 0; }
h2 { font-size: 16px; margin: 0 0 8px; }
header { display: flex; flex-wrap: wrap; gap: 8px 24px; align-items: baseline; justify-content: space-between; margin-bottom: 20px; }
.verdict { margin: 0; font-weight: 600; }
.verdict span { color: var(--dim); font-weight: 400; }
.ok { color: var(--ok); } .bad { color: var(--bad); }
dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(220px, 1fr)); gap: 12px 24px; margin: 0 0 20px; padding: 16px 20px; background: var(--card); border: 1px solid var(--line); border-radius: 8px; }
dl div { min-width: 0; } dt { color: var(--dim); font-size: 13px; } dd { margin: 0; overflow-wrap: anywhere; }
section { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 16px 20px; margin-bottom: 20px; }
.wide { overflow-x: auto; }
table { width: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums; }
th { text-align: left; font-weight: 500; font-size: 13px; color: var(--dim); white-space: nowrap; }
th, td { padding: 5px 14px 5px 0; border-bottom: 1px solid var(--line); white-space: nowrap; }
tr:last-child td { border-bottom: 0; }
small { color: var(--dim); font-size: 13px; }
code { font: 13px ui-monospace, monospace; }
.bar { position: relative; height: 10px; min-width: 200px; background: var(--ground); border-radius: 5px; }
.bar b, .bar i { position: absolute; top: 0; height: 10px; border-radius: 5px; }
.bar b { background: var(--bar); opacity: .55; }
.bar i { width: 2px; margin-left: -1px; border-radius: 0; } .bar .p95 { background: var(--bar); } .bar .max { background: var(--dim); }
@media print { body { background: #fff; } section, dl { break-inside: avoid; } }
`
