# Which part of its workers a run put to use, over workers: a line an executor, a panel a grain.

if (doubling) { set logscale x 2 }
set xrange [from : to]
set yrange [0 : (y_most > 1 ? y_most : 1) * 110]
percent(figure) = 100 * column(figure)
most = bounds ? "data using (pick(p, 0)):(percent('y') / column('x')):(alone ? 0.5 : 0) \
    with xerrorbars ls 11 pt 0, \
    data using (pick(p, 0)):(percent('y') / column('x')) with lines ls 11, " : ""

intervals = bars eq '' ? '' : "for [s in bars] data \
    using (beside(p, s + 0)):(percent('y')):(percent('y_low')):(percent('y_high')) \
    with yerrorbars lt series_style[s + 0] lw 1.5 pt 0, "

do for [i=0:shown-1] {
    p = panel(i)
    set lmargin at screen left(i); set rmargin at screen right(i)
    set tmargin at screen upper(i); set bmargin at screen lower(i)
    set title panel_name[p] offset 0, -0.7
    set ylabel (i % across == 0 ? 'speedup / workers, %' : '') offset 2
    set xlabel (i + across < shown ? '' : alone ? sprintf('%d workers', lowest) : 'workers')
    plot 100 with @ruler, @most @intervals \
        for [s=1:series] data using (beside(p, s)):(percent('y')) \
            with linespoints lt series_style[s], \
        for [s=1:series * alone] data \
            using (beside(p, s)):(percent('y')):(sprintf('%.0f %%', percent('y'))) \
            with labels left boxed offset 2, 0
}
unset multiplot
