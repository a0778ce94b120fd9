// Draws [data-chart-url] with ECharts on canvas. JSON: {kind, categories, series: [{name, data, kind?}], format?, stacked?}
const root = document.documentElement;
const locale = root.lang || "en";
const drawn = new Set();
let library;

function load(url) {
  library ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = url;
    script.onload = () => resolve(window.echarts);
    script.onerror = reject;
    document.head.append(script);
  });
  return library;
}

const formats = {
  number: (value) => value.toLocaleString(locale),
  percent: (value) => value.toLocaleString(locale, { style: "percent", maximumFractionDigits: 1 }),
  money: (value, data) => value.toLocaleString(locale, { style: "currency", currency: data.currency || "CNY", maximumFractionDigits: 0 }),
};
const short = new Intl.NumberFormat(locale, { notation: "compact", maximumFractionDigits: 1 });
function teller(data) {
  const format = formats[data.format] ?? formats.number;
  return (value) => (value === null || value === undefined || value === "-" ? "–" : format(Number(value), data));
}

function palette() {
  const style = getComputedStyle(root);
  const get = (name) => style.getPropertyValue(name).trim();
  return {
    colours: [1, 2, 3, 4, 5, 6].map((n) => get(`--chart-${n}`)),
    text: get("--text"), soft: get("--text-soft"), faint: get("--text-faint"), grid: get("--chart-grid"),
    surface: get("--raised"), border: get("--border"), font: getComputedStyle(document.body).fontFamily,
  };
}

function options(data, narrow) {
  const p = palette();
  const tell = teller(data);
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const lying = data.kind === "hbar" || data.kind === "funnel";
  const label = { color: p.faint, fontSize: 11, fontFamily: p.font };
  const base = {
    color: p.colours,
    animation: !still, animationDuration: 350,
    textStyle: { fontFamily: p.font, color: p.soft },
    tooltip: {
      trigger: data.kind === "donut" ? "item" : "axis", renderMode: "richText", confine: true,
      backgroundColor: p.surface, borderColor: p.border, borderWidth: 1, padding: [8, 12],
      textStyle: { color: p.text, fontSize: 12, fontFamily: p.font },
      axisPointer: { type: data.kind === "line" || data.kind === "area" ? "line" : "shadow", lineStyle: { color: p.faint, type: "dashed" }, shadowStyle: { color: p.grid, opacity: 0.5 } },
      valueFormatter: tell,
    },
    legend: {
      show: data.kind === "donut" || data.series.length > 1, top: 0, left: 0, icon: "roundRect", itemWidth: 10, itemHeight: 10, itemGap: 16, type: "scroll",
      textStyle: { color: p.soft, fontSize: 12, fontFamily: p.font },
    },
  };
  if (data.kind === "donut") {
    return {
      ...base, legend: { ...base.legend, orient: "vertical", top: "middle", left: "auto", right: 0, itemGap: 12 },
      series: [{
        type: "pie", radius: narrow ? [46, 72] : [60, 96], center: [narrow ? 80 : 130, "50%"], label: { show: false }, padAngle: 2,
        itemStyle: { borderRadius: 4 }, data: data.categories.map((name, i) => ({ name, value: data.series[0].data[i] })),
      }],
    };
  }
  const names = {
    type: "category", data: data.categories, inverse: lying, boundaryGap: data.kind !== "line" && data.kind !== "area",
    axisLine: { show: !lying, lineStyle: { color: p.grid } }, axisTick: { show: false },
    axisLabel: { ...label, hideOverlap: true, ...(lying ? { width: narrow ? 90 : 150, overflow: "truncate", color: p.soft, fontSize: 12 } : {}) },
  };
  const values = {
    type: "value", splitNumber: 4, minInterval: data.format === "percent" ? undefined : 1,
    splitLine: { show: !lying, lineStyle: { color: p.grid } },
    axisLabel: { ...label, show: !lying, formatter: (value) => (data.format === "percent" ? tell(value) : short.format(value)) },
  };
  return {
    ...base,
    grid: { left: 4, right: lying ? 64 : 10, top: base.legend.show ? 36 : 10, bottom: 2, outerBoundsMode: "same", outerBoundsContain: "axisLabel" },
    xAxis: lying ? values : names,
    yAxis: lying ? names : values,
    series: data.series.map((series, i) => {
      const kind = series.kind ?? data.kind;
      const line = kind === "line" || kind === "area";
      return {
        name: series.name, data: series.data, type: line ? "line" : "bar", stack: data.stacked ? "all" : undefined,
        ...(line
          ? { smooth: 0.25, showSymbol: series.data.length < 2, symbolSize: 7, lineStyle: { width: 2 }, emphasis: { focus: "series" }, areaStyle: kind === "area" ? { opacity: 0.1 } : undefined }
          : {
            barMaxWidth: lying ? 22 : 32,
            itemStyle: { borderRadius: data.stacked && i < data.series.length - 1 ? 0 : lying ? [0, 4, 4, 0] : [4, 4, 0, 0] },
            label: lying && data.series.length === 1 ? { show: true, position: "right", color: p.text, fontSize: 12, fontFamily: p.font, formatter: ({ value }) => tell(value) } : undefined,
          }),
      };
    }),
  };
}

function fillTable(node, data) {
  const table = node.closest("figure")?.querySelector("[data-chart-table]");
  if (!table || table.tHead) return;
  const tell = teller(data);
  const head = table.createTHead().insertRow();
  for (const [i, text] of ["", ...data.series.map((series) => series.name)].entries()) {
    const th = document.createElement("th");
    th.scope = "col";
    if (i) th.className = "cell-num";
    th.textContent = text;
    head.append(th);
  }
  const body = table.createTBody();
  data.categories.forEach((name, i) => {
    const row = body.insertRow();
    row.insertCell().textContent = name;
    for (const series of data.series) {
      const cell = row.insertCell();
      cell.className = "cell-num";
      cell.textContent = tell(series.data[i]);
    }
  });
}

export async function draw(node) {
  if (node.dataset.chartReady) return;
  node.dataset.chartReady = "1";
  try {
    const [echarts, response] = await Promise.all([load(node.dataset.echarts), fetch(node.dataset.chartUrl, { headers: { Accept: "application/json" } })]);
    if (!response.ok) throw new Error(String(response.status));
    const data = await response.json();
    fillTable(node, data);
    const chart = echarts.init(node, null, { renderer: "canvas" });
    const paint = () => chart.setOption(options(data, node.clientWidth < 480), true);
    paint();
    drawn.add({ node, chart, paint });
    new ResizeObserver(() => { chart.resize(); }).observe(node);
  } catch {
    node.hidden = true;
    const details = node.closest("figure")?.querySelector("details");
    if (details) details.open = true;
  }
}

root.addEventListener("themechange", () => {
  for (const one of drawn) {
    if (one.node.isConnected) one.paint();
    else { one.chart.dispose(); drawn.delete(one); }
  }
});
