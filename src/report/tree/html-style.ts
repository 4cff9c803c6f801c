/** What the page of a tree adds to the look of the report, constant text. What scripts need shows only where they run. */
export const treeStyle = `
.tree .wrap{max-width:1600px}.tree header .wrap{padding-bottom:1rem}.tree main{padding-top:0}
.view{background:#fff;border:1px solid var(--line);border-radius:10px;box-shadow:var(--shadow);overflow:auto;margin-bottom:1rem}
.view svg{display:block;width:100%;height:auto;min-width:1000px}
.pt .hit{fill:transparent}.pt a{cursor:pointer;outline:none}.pt a:hover{text-decoration:none}.pt a:hover .hit{fill:#64748b;fill-opacity:.09}
.pt a:focus-visible .hit{stroke:var(--focus);stroke-width:2}.pt .sel .hit{fill:#1d5bbf;fill-opacity:.1;stroke:var(--focus);stroke-width:1.5}
.pt .up .edge{stroke:var(--focus);stroke-width:2.4}.pt [hidden]{display:none}
.toggle,.tree .bar-top{display:none}.js .toggle{display:inline;cursor:pointer}.toggle rect{fill:transparent}
.sign{fill:none;stroke:#fff;stroke-width:1.6}.sign.hollow{stroke:#64748b}.plus{display:none}.shut .plus{display:inline}
.js .bar-top{display:flex;position:sticky;top:0;z-index:6;background:var(--page);padding:.7rem 0;margin:0;flex-wrap:wrap;gap:.5rem .8rem;align-items:center}
.bar-top output{min-width:8rem}.bar-top .keys{margin-left:auto}
.cut{padding:.6rem .9rem;margin:1rem 0;border:1px solid var(--b-medium);border-left-width:4px;border-radius:6px;background:var(--card)}
.panel{position:fixed;z-index:8;right:0;top:0;bottom:0;width:min(34rem,100vw);overflow:auto;background:var(--card);border-left:1px solid var(--line);box-shadow:0 0 24px rgba(0,0,0,.18);padding:1rem 1.2rem 2rem}.panel[hidden]{display:none}
.panel .close{position:sticky;top:0;float:right}.panel h2{margin-right:5rem;overflow-wrap:anywhere}.panel button,.path-up button{font:inherit;color:var(--link);background:none;border:1px solid var(--line);border-radius:6px;cursor:pointer;padding:.1rem .5rem}
.path-up{display:flex;flex-wrap:wrap;gap:.25rem .4rem;margin:0 0 .9rem;font-size:.85rem}.js .open{padding-right:min(34rem,100vw)}
.js #processes{display:none}
.process{border-bottom:1px solid var(--line);padding:.4rem 0}.process>summary{cursor:pointer;overflow-wrap:anywhere}.process>summary small{color:var(--muted)}
.details{padding:.3rem 0 .8rem}.details .fields dd{overflow-wrap:anywhere;white-space:pre-wrap;unicode-bidi:isolate}.details h3{margin:1rem 0 .3rem}.details td{unicode-bidi:isolate;font-size:.88rem}.details td:first-child{white-space:nowrap}
.kind{white-space:nowrap;font-weight:600}
@media (prefers-color-scheme:dark){.view{background:#131b23}.sign{stroke:#10171e}.sign.hollow{stroke:#93a4b5}.pt .sel .hit{fill:#82b4ff;fill-opacity:.14}}
@media print{.js .bar-top,.panel{display:none!important}.js #processes{display:block}.view{border:0;overflow:visible}}
`;
