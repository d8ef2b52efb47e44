# Where the core time of each configuration goes: a bar of 100 per cent of T x C, a part behind the
# other. The remainder is written behind the bar.

@bar_rows
set xrange [0 : x_most * 1.3]
set xtics nomirror 0, 20, 100
set xlabel 'core time, % of T x C'
plot for [p=1:series] data using @bar_box with boxxyerror lt series_style[p] lw 1 fill solid 1 noborder, \
    data using 'to':(row(0)):(stringcolumn('text')) with labels left offset 0.7, 0 font ',11'
unset multiplot
