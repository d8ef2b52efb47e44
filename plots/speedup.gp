# How many times faster than serial, over workers: a line an executor, a panel a grain.

set xrange [from : to]
if (doubling) {
    set logscale xy 2
    set yrange [y_least / 1.2 : (y_most > highest ? y_most : highest) * 1.2]
} else {
    set yrange [0 : (y_most > highest ? y_most : highest) * 1.1]
}
ideal(x) = alone ? highest : x

most = bounds ? "data using (pick(p, 0)):'y':(alone ? 0.5 : 0) with xerrorbars ls 11 pt 0, \
    data using (pick(p, 0)):'y' with lines ls 11, " : ""

intervals = bars eq '' ? '' : "for [s in bars] data \
    using (beside(p, s + 0)):'y':'y_low':'y_high' \
    with yerrorbars lt series_style[s + 0] lw 1.5 pt 0, "
curves = fits eq '' ? '' : "for [s in fits] data using (pick(p, 100 + s)):'y' \
    with lines lt series_style[s + 0] lw 1 dt (2, 4), for [s in fits] data \
    using (pick(p, 200 + s)):'y' with lines lt series_style[s + 0] lw 1 dt (10, 4, 2, 4), "
serial = text ? '' : '1 with lines ls 9,'

do for [i=0:shown-1] {
    p = panel(i)
    set lmargin at screen left(i); set rmargin at screen right(i)
    set tmargin at screen upper(i); set bmargin at screen lower(i)
    set title panel_name[p] offset 0, -0.7
    set ylabel (i % across == 0 ? 'speedup over serial, times' : '') offset 2
    set xlabel (i + across < shown ? '' : alone ? sprintf('%d workers', lowest) : 'workers')
    plot @serial ideal(x) with @ruler, @most @curves @intervals \
        for [s=1:series] data using (beside(p, s)):'y' with linespoints lt series_style[s], \
        for [s=1:series * alone] data \
            using (beside(p, s)):'y':(sprintf('%.2f', column('y'))) with labels left boxed offset 2, 0
}
unset multiplot
