/** Colours as in the window, light and dark; nothing is loaded. */
export const REPORT_STYLE = `:root {
  --pane: #ffffff; --head: #fafafb; --sunk: #f3f4f5; --grid: #eceef0; --text: #1b1e22; --text-2: #555b63;
  --present: #327355; --present-2: #215a3f; --mount: #7a62a8; --mount-tint: #ece7f5; --dup: #7b848f;
  --dup-tint: #eceef0; --upload: #c37200; --upload-2: #8a4f00;
  --warp: #d9dce0; --zero: #7b828b; --present-tint: #e3f0e9; --uniq: #5d6773; --on-uniq: #ffffff;
  --line-strong: #c9cdd2;
}
@media (prefers-color-scheme: dark) {
  :root {
    --pane: #1a1c1f; --head: #1e2023; --sunk: #141618; --grid: #2e3237; --text: #e7e9eb; --text-2: #a9aeb5;
    --present: #479a74; --present-2: #5cb48b; --mount: #9d86cc; --mount-tint: #2c2640; --dup: #7f8893;
    --dup-tint: #2b2f34; --upload: #e8a136; --upload-2: #b5761a;
    --warp: #383d43; --zero: #727983; --present-tint: #1d3329; --uniq: #8b95a1; --on-uniq: #14171a;
    --line-strong: #454a51;
  }
}
body { background: var(--pane); color: var(--text); font: 13px/1.45 Inter, system-ui, sans-serif; margin: 0; }
main { margin: 0 auto; max-width: 1040px; padding: 24px; }
h1 { font-size: 20px; margin: 0; }
h2 { font-size: 13px; margin: 24px 0 8px; }
dl { display: flex; flex-wrap: wrap; gap: 32px; margin: 0; }
dt { color: var(--text-2); }
dd { font-size: 24px; font-weight: 600; margin: 0; font-variant-numeric: tabular-nums; }
small { color: var(--text-2); display: block; font-size: 12px; font-weight: 400; }
.quiet { color: var(--text-2); margin: 4px 0; }
.formula { background: var(--sunk); border-radius: 6px; padding: 8px 12px; }
.legend span { margin-right: 16px; }
svg[role="img"] { display: block; height: auto; margin: 8px 0; width: 100%; }
svg text { fill: var(--text-2); font-size: 11px; }
svg .grid { fill: none; stroke: var(--grid); }
.present { fill: var(--present); } .present-2 { fill: var(--present-2); }
.mount { fill: var(--mount); } .mount-tint { fill: var(--mount-tint); }
.dup { fill: var(--dup); } .dup-tint { fill: var(--dup-tint); }
.present-tint { fill: var(--present-tint); } .thread { fill: none; stroke: var(--present); stroke-opacity: 0.28; }
.unique { fill: var(--uniq); } .edge { fill: none; stroke: var(--line-strong); }
svg text.words { fill: var(--text); } svg text.on-unique { fill: var(--on-uniq); }
.upload { fill: var(--upload); } .upload-2 { fill: var(--upload-2); }
.woven { fill: url(#present); } .warp { fill: var(--warp); } .zero { fill: var(--zero); }
.hollow, .moved { fill: var(--pane); } .hollow, .stroke { stroke: var(--text-2); }
.moved, .arrow { stroke: var(--present); stroke-width: 1.5; } .stroke, .arrow { fill: none; }
.unknown { fill: var(--sunk); stroke: var(--zero); stroke-dasharray: 2 2; }
svg text.offset { font-size: 10px; font-weight: 500; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; width: 100%; }
th { background: var(--head); color: var(--text-2); font-weight: 500; text-align: left; }
th, td { border-bottom: 1px solid var(--grid); overflow-wrap: anywhere; padding: 4px 8px; vertical-align: top; }
th.figure, td.figure { text-align: right; white-space: nowrap; }
@media print { main { max-width: none; padding: 0; } section { break-inside: avoid-page; } }
`;
