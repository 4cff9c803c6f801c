/**
 * The look of the page, constant text so that its hash can stand in the content security policy. Colours meet
 * WCAG AA contrast in both schemes; levels are named in words as well as coloured.
 */
export const style = `
:root{color-scheme:light dark;
--page:#f4f6f8;--card:#fff;--sunk:#f7f9fb;--ink:#17212b;--muted:#566371;--line:#dde3e9;--link:#1d5bbf;--focus:#1d5bbf;
--critical:#a3123f;--high:#c2410c;--medium:#8a6100;--low:#1f6797;--informational:#5a6672;--none:#5a6672;--on:#fff;
--b-critical:#b3164a;--b-high:#e2602a;--b-medium:#e0a526;--b-low:#4a97cc;--b-informational:#9aa7b4;--b-none:#c3ccd5;
--shadow:0 1px 2px rgba(23,33,43,.06),0 1px 8px rgba(23,33,43,.04)}
@media (prefers-color-scheme:dark){:root{
--page:#0f151b;--card:#172029;--sunk:#131b23;--ink:#e3e9ef;--muted:#9dabb8;--line:#2a3642;--link:#82b4ff;--focus:#82b4ff;
--critical:#ff7fa3;--high:#ff9b6b;--medium:#f0c250;--low:#7cc0f0;--informational:#a9b6c3;--none:#a9b6c3;--on:#10171e;
--b-critical:#f2578a;--b-high:#f0804d;--b-medium:#deb042;--b-low:#5aa6da;--b-informational:#7f8e9c;--b-none:#5c6a78;
--shadow:none}}
*{box-sizing:border-box}
html{scroll-padding-top:4rem;-webkit-text-size-adjust:100%}
body{margin:0;background:var(--page);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;font-variant-numeric:tabular-nums}
a{color:var(--link);text-decoration:none}a:hover{text-decoration:underline}
:focus-visible{outline:2px solid var(--focus);outline-offset:2px;border-radius:3px}
code,.path,.src,.fields,.matched dd{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace;font-size:.92em}
h1,h2,h3,p,ul,ol,dl,figure{margin:0;padding:0}ul,ol{list-style:none}dd{margin:0}
.wrap{max-width:1240px;margin:0 auto;padding:0 1.5rem}
.skip{position:absolute;left:-999rem}.skip:focus{left:1rem;top:1rem;background:var(--card);padding:.5rem 1rem;z-index:9}
.sr{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
header{background:var(--card);border-bottom:1px solid var(--line)}
header .wrap{padding-top:1.6rem;padding-bottom:1.5rem}
.brand{display:flex;align-items:center;gap:.5rem;color:var(--muted);font-size:.87rem;font-weight:600;letter-spacing:.02em}
.brand svg{width:20px;height:20px;stroke:var(--link);fill:none;stroke-width:1.6;stroke-linecap:round;stroke-linejoin:round}
h1{font-size:1.9rem;line-height:1.25;letter-spacing:-.015em;margin:.6rem 0 .3rem;overflow-wrap:anywhere}
.lead{color:var(--muted);font-size:1.05rem;max-width:62rem}.lead strong{color:var(--ink)}
.warn{margin-top:1rem;padding:.6rem .9rem;border:1px solid var(--b-medium);border-left-width:4px;border-radius:6px;background:var(--sunk)}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(8.5rem,1fr));gap:.75rem;margin-top:1.4rem}
.tiles li{border:1px solid var(--line);border-top:4px solid var(--tone);border-radius:8px;background:var(--card);padding:.65rem .9rem .7rem}
.tiles b{display:block;font-size:1.7rem;line-height:1.25;letter-spacing:-.02em}
.tiles .name{color:var(--text);font-weight:650;text-transform:capitalize}.tiles small{color:var(--muted);display:block;font-size:.82rem}
.tiles .zero{--tone:var(--line)}.tiles .zero b,.tiles .zero .name{color:var(--muted)}
.t-critical{--tone:var(--b-critical);--text:var(--critical)}.t-high{--tone:var(--b-high);--text:var(--high)}.t-medium{--tone:var(--b-medium);--text:var(--medium)}
.t-low{--tone:var(--b-low);--text:var(--low)}.t-informational{--tone:var(--b-informational);--text:var(--informational)}.t-none{--tone:var(--b-none);--text:var(--none)}
.totals{display:flex;flex-wrap:wrap;gap:.5rem 2.2rem;margin-top:1.2rem}
.totals dt{color:var(--muted);font-size:.82rem}.totals dd{font-weight:600}
nav{position:sticky;top:0;z-index:5;background:var(--card);border-bottom:1px solid var(--line);box-shadow:var(--shadow)}
nav ul{display:flex;gap:1.4rem;overflow-x:auto}nav a{display:block;padding:.7rem 0;color:var(--ink);white-space:nowrap;font-size:.93rem;font-weight:550}
nav span{color:var(--muted);font-weight:400}
main section{margin:1.5rem 0;background:var(--card);border:1px solid var(--line);border-radius:10px;box-shadow:var(--shadow);padding:1.2rem 1.4rem 1.4rem}
h2{font-size:1.18rem;letter-spacing:-.005em;margin-bottom:.9rem}h2 small{font-weight:400;color:var(--muted);font-size:.88rem;margin-left:.4rem}
h3{font-size:.97rem}.sub{margin:1.5rem 0 .6rem}
.note{color:var(--muted);font-size:.9rem}p.note{margin:.5rem 0}
.f-critical{fill:var(--b-critical)}.f-high{fill:var(--b-high)}.f-medium{fill:var(--b-medium)}.f-low{fill:var(--b-low)}.f-informational{fill:var(--b-informational)}.f-none{fill:var(--b-none)}
.plot{display:grid;grid-template-columns:auto 1fr;gap:.6rem}.plot svg{width:100%;height:190px;display:block}
.grid{stroke:var(--line);stroke-width:1;fill:none;vector-effect:non-scaling-stroke}.hit{fill:transparent}g:hover .hit{fill:var(--line);opacity:.6}
.y{display:flex;flex-direction:column;justify-content:space-between;text-align:right;min-width:2rem;color:var(--muted);font-size:.8rem;line-height:1;margin:-.35rem 0}
.x{display:flex;justify-content:space-between;margin:.45rem 0 0 2.6rem;color:var(--muted);font-size:.8rem}
figcaption,.legend{color:var(--muted);font-size:.85rem;margin-top:.4rem}
.legend{display:flex;flex-wrap:wrap;gap:.2rem 1rem;margin:0 0 .8rem;text-transform:capitalize}.legend svg{width:.75rem;height:.75rem;margin-right:.35rem}
.tactics{display:grid;grid-template-columns:repeat(auto-fill,minmax(13rem,1fr));gap:.8rem}
.tactics>li{border:1px solid var(--line);border-radius:8px;background:var(--sunk);padding:.75rem .85rem;min-width:0}
.tactics h3 small,.big small{color:var(--muted);font-weight:400;font-size:.8rem}.big{font-size:1.35rem;font-weight:650;line-height:1.35}
.bar{display:block;width:100%;height:7px;border-radius:2px;overflow:hidden;background:var(--line);margin:.15rem 0 .6rem}
.techniques,.tags{display:flex;flex-wrap:wrap;gap:.3rem}.techniques li,.tags li{border:1px solid var(--line);border-radius:4px;background:var(--card);padding:0 .4rem;font-size:.8rem}.techniques span{color:var(--muted)}
.links{margin-top:.6rem;font-size:.86rem;line-height:1.4}.links li{margin:.25rem 0;overflow-wrap:anywhere}
.dot{color:var(--ink);display:-webkit-box;-webkit-line-clamp:2;-webkit-box-orient:vertical;overflow:hidden;padding-left:.85rem;position:relative}.dot::before{content:"";position:absolute;left:0;top:.4em;width:.5rem;height:.5rem;border-radius:50%;background:var(--tone)}
.d-critical{--tone:var(--b-critical)}.d-high{--tone:var(--b-high)}.d-medium{--tone:var(--b-medium)}.d-low{--tone:var(--b-low)}.d-informational,.d-none{--tone:var(--b-informational)}
.chip{display:inline-block;min-width:5.2rem;text-align:center;border-radius:4px;padding:.08rem .45rem;font-size:.76rem;font-weight:650;color:var(--on);text-transform:capitalize;line-height:1.5}
.c-critical{background:var(--critical)}.c-high{background:var(--high)}.c-medium{background:var(--medium)}.c-low{background:var(--low)}.c-informational,.c-none{background:var(--informational)}
table{width:100%;border-collapse:collapse;font-size:.92rem}th,td{text-align:left;vertical-align:top;padding:.42rem .8rem .42rem 0;border-bottom:1px solid var(--line);overflow-wrap:anywhere}
thead th{color:var(--muted);font-size:.8rem;font-weight:600;white-space:nowrap}tbody th{font-weight:600}tbody tr:last-child>*{border-bottom:0}
.num{text-align:right;white-space:nowrap}.barcell{width:38%}#hosts thead th:last-child,.barcell{padding-left:1.2rem}.barcell .bar{margin:.45rem 0}.path,.src{overflow-wrap:anywhere;color:var(--muted)}td.path{color:var(--ink);width:32%}
.tools{display:flex;flex-wrap:wrap;gap:.6rem 1rem;align-items:center;margin-bottom:.9rem;font-size:.88rem;color:var(--muted)}.tools[hidden]{display:none}
.tools input,.tools select,.tools button{font:inherit;color:var(--ink);background:var(--sunk);border:1px solid var(--line);border-radius:6px;padding:.35rem .6rem}.tools input{width:16rem;max-width:60vw}
.tools button{cursor:pointer;margin-right:.4rem}.tools button:hover{border-color:var(--muted)}
.rulehead,.rules>li>details>summary{display:grid;grid-template-columns:6rem minmax(0,1fr) 4.6rem minmax(0,13.5rem) 20.5rem;gap:0 1rem;align-items:baseline}
.rulehead{color:var(--muted);font-size:.8rem;font-weight:600;padding:0 .5rem .35rem 1.6rem;border-bottom:1px solid var(--line)}.rulehead span:nth-child(3),.count{text-align:right}
.rules>li{border-bottom:1px solid var(--line)}.rules>li:last-child{border-bottom:0}.rules>li[hidden]{display:none}
.rules>li>details>summary{cursor:pointer;padding:.5rem .5rem .5rem 1.6rem;position:relative;list-style:none;border-radius:6px}
.rules>li>details>summary::-webkit-details-marker{display:none}
.rules>li>details>summary::before{content:"";position:absolute;left:.5rem;top:1.05rem;border:.28rem solid transparent;border-left-color:var(--muted)}
.rules>li>details[open]>summary::before{transform:rotate(90deg);transform-origin:25% 50%}
.rules>li>details>summary:hover{background:var(--sunk)}li:target>details>summary{background:var(--sunk);box-shadow:inset 3px 0 var(--link)}
.title{font-weight:600;overflow-wrap:anywhere}.count{font-weight:650}.hosts,.when{color:var(--muted);font-size:.88rem;overflow-wrap:anywhere}.when{font-size:.84rem}.hosts{white-space:nowrap;overflow:hidden;text-overflow:ellipsis}
.body{padding:.2rem 0 1.1rem 1.6rem}
.facts{display:flex;flex-wrap:wrap;gap:.45rem 2rem;margin-bottom:.8rem;font-size:.9rem}.facts dt{color:var(--muted);font-size:.78rem}.facts dd{overflow-wrap:anywhere}
.findings{background:var(--sunk);border:1px solid var(--line);border-radius:8px;border-collapse:separate;border-spacing:0}.findings th,.findings td{padding:.5rem .8rem}
.time{white-space:nowrap;width:13.5rem}td.host{width:12rem}
.matched{display:grid;grid-template-columns:minmax(7rem,max-content) minmax(0,1fr);gap:.1rem .9rem}.matched dt{color:var(--muted);font-size:.88rem}
.matched dd,.fields dd{overflow-wrap:anywhere;white-space:pre-wrap;unicode-bidi:isolate}.matched code{font-size:1em}.by{display:block;color:var(--muted);font-size:.9em}.by code{background:var(--sunk);border:1px solid var(--line);border-radius:3px;padding:0 .25rem}
td>details{margin-top:.35rem}td>details>summary,.reason>summary{cursor:pointer;color:var(--link);font-size:.86rem}.src{margin-top:.3rem}
.fields{display:grid;grid-template-columns:minmax(8rem,max-content) minmax(0,1fr);gap:.12rem 1rem;margin-top:.5rem;padding:.6rem .8rem;background:var(--card);border:1px solid var(--line);border-radius:6px;font-size:.84rem}.fields dt{color:var(--muted);overflow-wrap:anywhere}
.chain{margin:.4rem 0 .3rem .3rem;font-size:.86rem}.chain li{position:relative;padding:.1rem 0 .35rem 1.1rem;border-left:2px solid var(--muted);overflow-wrap:anywhere}.chain li.inferred{border-left-style:dashed}
.chain li::before{content:"";position:absolute;left:-.34rem;top:.5em;width:.6rem;height:.6rem;border-radius:50%;background:var(--card);border:2px solid var(--muted);box-sizing:border-box}.chain small{display:block;color:var(--muted)}.chain code{display:block;white-space:pre-wrap;unicode-bidi:isolate}
.step{border:1px solid var(--line);border-radius:4px;background:var(--card);padding:0 .4rem;font-size:.92em}
.reason{border-bottom:1px solid var(--line);padding:.5rem 0}.reason>summary{color:var(--ink);font-size:.95rem}.reason>*:not(summary){margin:.5rem 0 .3rem 1.1rem;width:auto}.reason>table{width:calc(100% - 1.1rem)}
.plain li{margin:.2rem 0}.plain .path{margin-left:.4rem}
footer{color:var(--muted);font-size:.85rem;padding:0 0 2.5rem}
@media (max-width:60rem){.rulehead{display:none}.rules>li>details>summary{grid-template-columns:6rem minmax(0,1fr) auto}.hosts,.when{grid-column:2/-1;white-space:normal}}
@media (max-width:40rem){.wrap{padding:0 .9rem}main section{padding:1rem .9rem;border-radius:8px}h1{font-size:1.5rem}.tiles{grid-template-columns:repeat(2,1fr)}
.rules>li>details>summary{grid-template-columns:minmax(0,1fr) auto;padding-left:1.3rem}.rules>li>details>summary>span:first-child,.hosts,.when{grid-column:1/-1}.body{padding-left:0}
.x span:nth-child(even){display:none}.findings,.findings tbody,.findings tr,.findings td{display:block;width:auto}.findings thead{position:absolute;clip-path:inset(50%);height:1px;overflow:hidden}
.findings td{border-bottom:0;padding:.15rem .7rem}.findings tr{border-bottom:1px solid var(--line);padding:.5rem 0;display:block}.matched,.fields{grid-template-columns:minmax(0,1fr)}.matched dd,.fields dd{margin-bottom:.3rem}.barcell,#hosts th:last-child{display:none}}
@media print{:root{--page:#fff;--sunk:#fff;--shadow:none}body{font-size:10pt}nav,.tools{display:none!important}.wrap{max-width:none;padding:0}main section{border:0;padding:.5rem 0;margin:1rem 0}.tactics>li,.tiles li,.rules>li>details>summary,.findings tr{break-inside:avoid}*{print-color-adjust:exact;-webkit-print-color-adjust:exact}a{color:inherit}}
`;
