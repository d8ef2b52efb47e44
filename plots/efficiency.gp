# Which part of its cores a run put to use, over the core time of a task, at the most workers. Where
# a line reaches 50 % and 90 % there is a mark (METG), with its interval as a band.

set logscale x
set xrange [x_least / 1.3 : x_most * 1.3]
set yrange [0 : (y_most > 1 ? y_most : 1) * 110]
@times
percent(figure) = 100 * column(figure)
set xlabel 'granularity: core time of a task, T x C / N'
set ylabel 'speedup / cores in use, %' offset 2
set lmargin at screen left(0); set rmargin at screen right(0)
set tmargin at screen upper(0); set bmargin at screen lower(0)

areas = bands eq '' ? '' : "for [s in bands] data \
    using (pick(0, s + 0)):(percent('y')):'x_low':'x_high':(0):(percent('y')) \
    with boxxyerror lt series_style[s + 0] fill transparent solid 0.15 noborder, "
places = marks eq '' ? '' : "for [s in marks] data \
    using (pick(0, s + 0)):(percent('y')):(0):(percent('y')) \
    with yerrorbars lt series_style[s + 0] lw 1 dt 2 pt 0, \
    for [s in marks] data \
    using (pick(0, s + 0)):(110.0 * s / (series + 1) / 4):(stringcolumn('task')) \
    with labels left offset 0.4, 0 font ',11', "
intervals = bars eq '' ? '' : "for [s in bars] data \
    using (pick(1, s + 0)):(percent('y')):(percent('y_low')):(percent('y_high')) \
    with yerrorbars lt series_style[s + 0] lw 1.5 pt 0, "

plot 50 with @ruler, 90 with @ruler, @areas @places @intervals \
    for [s=1:series] data using (pick(1, s)):(percent('y')) with linespoints lt series_style[s]
unset multiplot
