# From which task on going parallel pays: speedup over the length of a task, at the most workers.
# Where a line crosses 1 there is a mark, with its interval as a band.

set logscale x
set logscale y 2
lowest_y = (y_least < 1 ? y_least : 1) / 1.4
highest_y = (y_most > 1 ? y_most : 1) * 1.4
set xrange [x_least / 1.3 : x_most * 1.3]
set yrange [lowest_y : highest_y]
set format y '%g'
@times
set xlabel 'compute time of a task, w'
set ylabel 'speedup over serial, times' offset 2
set lmargin at screen left(0); set rmargin at screen right(0)
set tmargin at screen upper(0); set bmargin at screen lower(0)

areas = bands eq '' ? '' : "for [s in bands] data \
    using (pick(0, s + 0)):(1):'x_low':'x_high':(lowest_y):(highest_y) \
    with boxxyerror lt series_style[s + 0] fill transparent solid 0.15 noborder, "
places = marks eq '' ? '' : "for [s in marks] data \
    using (pick(0, s + 0)):(1):(lowest_y):(1) with yerrorbars lt series_style[s + 0] lw 1 dt 2 pt 0, \
    for [s in marks] data \
    using (pick(0, s + 0)):(lowest_y * 1.1**s):(stringcolumn('task')) \
    with labels left offset 0.4, 0.7 font ',11', "
intervals = bars eq '' ? '' : "for [s in bars] data \
    using (pick(1, s + 0)):'y':'y_low':'y_high' \
    with yerrorbars lt series_style[s + 0] lw 1.5 pt 0, "

plot 1 with @ruler, @areas @places @intervals \
    for [s=1:series] data using (pick(1, s)):'y' with linespoints lt series_style[s]
unset multiplot
