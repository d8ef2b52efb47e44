# Speedup versus IPC overhead: a line an executor, a point a grain, at the most workers.
# Behind the points a prediction, min(P, C) / (1 + x), a curve for each min(P, C) there is.

set logscale x
set xrange [x_least / 1.5 : x_most * 1.5]
set yrange [0 : (y_most > limit[limits] ? y_most : limit[limits]) * 1.1]
set format x '%g'
set xtics nomirror auto
if (x_most < 30 * x_least) {
    set xtics nomirror ()
    do for [power=int(floor(log10(x_least))):int(ceil(log10(x_most)))] {
        do for [digit in '1 2 5'] {
            set xtics add (sprintf('%g', digit * 10.0**power) digit * 10.0**power)
        }
    }
}
set xlabel 'IPC overhead o / w: CPU time for messages over compute time, a task (measured apart)'
set ylabel 'speedup over serial, times' offset 2
set lmargin at screen left(0); set rmargin at screen right(0)
set tmargin at screen upper(0); set bmargin at screen lower(0)

intervals = bars eq '' ? '' : "for [s in bars] data \
    using (pick(1, s + 0)):'y':'x_low':'x_high':'y_low':'y_high' \
    with xyerrorbars lt series_style[s + 0] lw 1.5 pt 0, "
serial = text ? '' : '1 with lines ls 9,'

plot @serial @intervals \
    for [k=1:limits] limit[k] / (1 + x) with @ruler, \
    for [s=1:series] data using (pick(1, s)):'y' with linespoints lt series_style[s], \
    for [s=1:series * named] data using (pick(1, s)):'y':(stringcolumn('task')) \
        with labels left offset 0.6, 0.7 font ',11' tc rgb '#555555'
unset multiplot
