// The report's looks: ink on paper, colour for objectives alone, numbers in tabular figures.
export const STYLE = `
:root { color-scheme: light; font: 15px/1.5 -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', 'Liberation Sans', Arial, sans-serif; color: #17191c; background: #f6f6f4; }
body { max-width: 76rem; margin: 2rem auto; padding: 0 1.25rem; font-variant-numeric: tabular-nums; }
h1 { font-size: 1.6rem; margin: 0 0 .5rem; } h2 { font-size: 1.15rem; margin: 2.5rem 0 .5rem; border-bottom: 1px solid #dcdcd7; padding-bottom: .25rem; } h3 { font-size: 1rem; margin: 1.25rem 0 .25rem; }
p { max-width: 52rem; margin: .4rem 0; } small { color: #5d6167; white-space: nowrap; }
table { border-collapse: collapse; font-size: .85rem; } th, td { text-align: left; vertical-align: top; padding: .25rem .7rem .25rem 0; border-bottom: 1px solid #ececea; } th { font-weight: 600; } thead th { color: #5d6167; font-weight: 500; }
.facts th { color: #5d6167; font-weight: 500; } .wide { overflow-x: auto; } .wide td { white-space: nowrap; } .wide td small { display: block; } .before { background: #eeeeeb; }
.finding { background: #fff; border: 1px solid #dcdcd7; border-radius: 3px; padding: .6rem 1rem; margin: .6rem 0; } .finding h3 { margin: 0; } .mark { display: inline-block; width: 1.2em; }
details { margin: .4rem 0; } summary { cursor: pointer; color: #5d6167; } pre { font-size: .75rem; overflow-x: auto; background: #eeeeeb; padding: .75rem; }
figure { margin: 1rem 0; background: #fff; border: 1px solid #dcdcd7; border-radius: 3px; padding: .75rem 1rem; } figcaption { font-weight: 600; font-size: .9rem; }
.panels { display: grid; grid-template-columns: repeat(auto-fill, minmax(15.5rem, 1fr)); gap: .5rem 1rem; } svg { width: 100%; height: auto; } svg text { font: 10px sans-serif; fill: #5d6167; } svg .title { font-weight: 600; font-size: 11px; fill: #17191c; }
svg .grid { stroke: #ececea; } svg .reference { stroke: #6a6d72; stroke-width: .8; } svg .line { fill: none; stroke-width: 1.6; } svg .band { opacity: .14; } svg.spread { width: 9rem; } svg.spread rect { fill: #8a8d92; } svg.spread .grid { stroke: #8a8d92; }
.legend { display: flex; flex-wrap: wrap; gap: .25rem 1.1rem; font-size: .8rem; color: #5d6167; } .legend i { display: inline-block; width: 1.1em; height: .22em; margin-right: .4em; vertical-align: middle; }
@media print { details { display: block; } body { margin: 0; } }
`;
