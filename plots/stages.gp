# Where the time of a message goes at window 1: a bar for each configuration, a stage behind the
# other, in us. Computing is written behind the bar.

@bar_rows
set xrange [0 : x_most * 1.45]
set xtics nomirror autofreq
set xlabel 'us, without computing'
plot for [p=1:series] data using @bar_box with boxxyerror lt series_style[p] lw 1 fill solid 1 noborder, \
    data using 'to':(row(0)):(stringcolumn('text')) with labels left offset 0.7, 0 font ',11'
unset multiplot
