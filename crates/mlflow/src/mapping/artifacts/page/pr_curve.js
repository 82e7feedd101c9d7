const steps = data.steps;
let chosen = steps.length - 1;

const plot = canvas(420, (pen, width, height) => {
  const [left, right, top, bottom] = [48, width - 16, 12, height - 40];
  const x = (v) => left + Number(v) * (right - left);
  const y = (v) => bottom - Number(v) * (bottom - top);
  pen.textAlign = "center";
  for (const v of ticks(0, 1, 5)) {
    pen.strokeStyle = "#eee";
    pen.strokeRect(x(0), y(v), right - left, 0);
    pen.strokeRect(x(v), y(1), 0, bottom - top);
    pen.fillStyle = "#666";
    pen.fillText(short(v), x(v), bottom + 16);
    pen.fillText(short(v), left - 20, y(v) + 4);
  }
  pen.fillText("recall", (left + right) / 2, bottom + 34);
  pen.save();
  pen.translate(10, (top + bottom) / 2);
  pen.rotate(-Math.PI / 2);
  pen.fillText("precision", 0, 2);
  pen.restore();
  const draw = (i, colour, thick) => {
    const { precision, recall, true_positives, false_positives } = steps[i].value;
    pen.beginPath();
    let begun = false;
    recall.forEach((r, k) => {
      const p = precision[k];
      // Where nothing was predicted there is no precision.
      const empty = Number(true_positives[k]) + Number(false_positives[k]) === 0;
      if (typeof r !== "number" || typeof p !== "number" || empty) return;
      if (begun) pen.lineTo(x(r), y(p));
      else pen.moveTo(x(r), y(p));
      begun = true;
    });
    pen.strokeStyle = colour;
    pen.lineWidth = thick;
    pen.stroke();
    pen.lineWidth = 1;
  };
  steps.forEach((_, i) => draw(i, shade(i, steps.length, 0.8), 1));
  draw(chosen, "#1565c0", 2);
});

slider(steps, (i) => {
  chosen = i;
  plot.paint();
})();
