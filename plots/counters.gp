# What a task takes in instructions, and how many a cycle does: over workers, a line an executor.
# Panels go in pairs, of the shortest task and of the longest.

set xrange [from : to]
if (doubling) { set logscale x 2 }
intervals = bars eq '' ? '' : "for [s in bars] data \
    using (beside(p, s + 0)):'y':'y_low':'y_high' \
    with yerrorbars lt series_style[s + 0] lw 1.5 pt 0, "

do for [i=0:shown-1] {
    p = panel(i)
    set lmargin at screen left(i); set rmargin at screen right(i)
    set tmargin at screen upper(i); set bmargin at screen lower(i)
    set title panel_name[p] offset 0, -0.7
    set xlabel (i + across < shown ? '' : alone ? sprintf('%d workers', lowest) : 'workers')
    set yrange [0 : *]
    set format y (p % 2 == 1 ? '%.1s%c' : '%g')
    plot serial[p] with @ruler, @intervals \
        for [s=1:series] data using (beside(p, s)):'y' with linespoints lt series_style[s]
}
unset multiplot
