# What a message takes, by its payload: a line a transport. On the left round trips, one at a time,
# against what the same two cores allow; on the right tasks a second with many under way.

size_of(bytes) = bytes < 1024 ? sprintf('%g B', bytes) : bytes < 1048576 ? \
    sprintf('%g KiB', bytes / 1024) : sprintf('%g MiB', bytes / 1048576)
set logscale x 2
set logscale y 10
set xrange [x_least / 1.3 : x_most * 1.3]
set xtics nomirror ()
doublings = int(ceil(log(x_most / x_least) / log(2))) + 1
every = doublings > 8 ? 4 : 1
do for [power=0:doublings-1:every] {
    set xtics add (size_of(x_least * 2.0**power) x_least * 2.0**power)
}

# Lengths of time along y, in decades.
decades = "set ytics nomirror (); \
    do for [power=int(floor(log10(y_least[1]))):int(ceil(log10(y_most[1])))] { \
        set ytics add (unit(10.0**power) 10.0**power) \
    }"

# Macros are read before a block runs, so each panel stands for itself.
open_panel(p) = sprintf("set lmargin at screen %g; set rmargin at screen %g; \
    set tmargin at screen %g; set bmargin at screen %g; set title panel_name[%d] offset 0, -0.7; \
    set yrange [%g : %g]", left(p - 1), right(p - 1), upper(p - 1), lower(p - 1), p, \
    y_least[p] / 1.5, y_most[p] * 1.5)
intervals_in(p) = text || bars_in[p] eq '' ? '' : sprintf("for [s in '%s'] data \
    using (pick(%d, s + 0)):'y':'y_low':'y_high' \
    with yerrorbars lt series_style[s + 0] lw 1.5 pt 0, ", bars_in[p], p)
curves_in(p) = lines_in[p] eq '' ? 'NaN' : sprintf("for [s in '%s'] data \
    using (pick(%d, s + 0)):'y' with linespoints lt series_style[s + 0]", lines_in[p], p)
limits = (limit_line > 0 ? "limit_line with ".ruler.", " : '').\
    (limit_wake > 0 ? "limit_wake with ".(text ? "dots, " : "lines ls 11, ") : '')

set xlabel 'payload of a message'
eval open_panel(1)
@decades
intervals = intervals_in(1); curves = curves_in(1)
plot @limits @intervals @curves

eval open_panel(2)
set ytics nomirror autofreq
set format y '%.0s%c'
intervals = intervals_in(2); curves = curves_in(2)
plot @intervals @curves
unset multiplot
