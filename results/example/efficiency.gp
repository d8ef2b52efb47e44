# Written by breakeven: `gnuplot efficiency.gp` here draws efficiency.svg again.

name = 'efficiency'
title = 'Efficiency over granularity, strong scaling, 2 workers'
subtitle = 'gcd-trial on EPYC, 2 CPUs, virtual, no quota'
reference = '50 % and 90 %'
bound = ''
panels = 1
array panel_name[1] = ['']
series = 3
array series_name[3] = ['threads', 'threads-gil', 'processes']
array series_style[3] = [1, 2, 3]
barred = '1 2 3'
marked = '1 3'
banded = '1 3'
fitted = ''
workers = 2
array worker_count[2] = [1, 2]
limits = 1
array limit[1] = [2]
x_least = 85.068488; x_most = 2165983.56
y_least = 0.364363165; y_most = 1.04402842
named = 1

# What every plot shares: where it goes, its colours and shapes, its title, its key and its grid of
# panels. Above it stand the names and numbers of one run; below it the axes of one question.

# As text (columns and rows are set with -e) only the panels of the shortest and the longest tasks
# have room.
text = exists("columns")
shown = text && panels > 2 ? 2 : panels
panel(i) = text && i > 0 ? panels : i + 1
across = shown <= 3 ? shown : shown == 4 ? 2 : shown <= 9 ? 3 : 4
down = int(ceil(1.0 * shown / across))

# Everything is placed in lines and letters, so that both kinds of output look the same.
bounds = bound ne ''
array line_name[4]
array line_style[4]
lines = 0
if (reference ne '') { lines = lines + 1; line_name[lines] = reference; line_style[lines] = 10 }
if (bounds) { lines = lines + 1; line_name[lines] = bound; line_style[lines] = 11 }
if (fitted ne '' && !text) {
    line_name[lines + 1] = 'fit: Amdahl'; line_style[lines + 1] = 12
    line_name[lines + 2] = 'fit: USL'; line_style[lines + 2] = 13
    lines = lines + 2
}
entries = series + lines
longest = 0
do for [s=1:series] {
    if (strlen(series_name[s]) > longest) { longest = strlen(series_name[s]) }
}
key_room = int(floor((text ? columns : 120.0) / (longest + 12)))
key_across = key_room > 3 ? 3 : key_room < 1 ? 1 : key_room
key_down = int(ceil(1.0 * entries / key_across))
canvas_width = 960
canvas_height = 20 * (4 + key_down) + (down == 1 ? 420 : 290 * down)
line = text ? 1.0 / rows : 20.0 / canvas_height
letter = text ? 1.0 / columns : 8.0 / canvas_width
if (text) {
    set terminal dumb noenhanced mono size columns, rows
} else {
    set terminal svg size canvas_width, canvas_height noenhanced font 'sans-serif,13' \
        background rgb '#ffffff'
    set output name.'.svg'
}
set encoding utf8
set style textbox opaque noborder margins 0.2, 0.2

# The palette of Okabe and Ito, which every kind of colour vision tells apart, and a shape each.
set linetype 1 lc rgb '#0072b2' lw 2 pt 7 ps 0.7
set linetype 2 lc rgb '#d55e00' lw 2 pt 5 ps 0.7
set linetype 3 lc rgb '#009e73' lw 2 pt 9 ps 0.9
set linetype 4 lc rgb '#cc79a7' lw 2 pt 13 ps 1.0
set linetype 5 lc rgb '#e69f00' lw 2 pt 11 ps 0.9
set linetype 6 lc rgb '#56b4e9' lw 2 pt 6 ps 0.8
set linetype 7 lc rgb '#000000' lw 2 pt 4 ps 0.8
set linetype 8 lc rgb '#777777' lw 2 pt 12 ps 0.9
set linetype cycle 8
# Parts of bars: four and their lighter shades, then greys. They may stand side by side.
set linetype 11 lc rgb '#0072b2' lw 6 pt 5 ps 0.9
set linetype 12 lc rgb '#d55e00' lw 6 pt 5 ps 0.9
set linetype 13 lc rgb '#009e73' lw 6 pt 5 ps 0.9
set linetype 14 lc rgb '#cc79a7' lw 6 pt 5 ps 0.9
set linetype 15 lc rgb '#7fb8d8' lw 6 pt 5 ps 0.9
set linetype 16 lc rgb '#eaae7f' lw 6 pt 5 ps 0.9
set linetype 17 lc rgb '#7fceb9' lw 6 pt 5 ps 0.9
set linetype 18 lc rgb '#e5bcd3' lw 6 pt 5 ps 0.9
set linetype 19 lc rgb '#333333' lw 6 pt 5 ps 0.9
set linetype 20 lc rgb '#cccccc' lw 6 pt 5 ps 0.9
set style line 9 lc rgb '#999999' lw 1 dt 1
set style line 10 lc rgb '#888888' lw 1.5 dt 2
set style line 11 lc rgb '#000000' lw 1.5 dt 3
set style line 12 lc rgb '#666666' lw 1 dt (2, 4)
set style line 13 lc rgb '#666666' lw 1 dt (10, 4, 2, 4)
# Parts of a plot that not every run has, as macros: a loop over nothing would warn.
bars = text ? '' : barred
marks = text ? '' : marked
bands = text ? '' : banded
fits = text ? '' : fitted
ruler = text ? "dots" : "lines ls 10"
if (text) {
    set samples 60
    do for [k=1:8] { set linetype k pt k }
    set errorbars 0
}

# Title and key: a plot of nothing that carries labels and arrows.
set multiplot
set label title at screen 0.5, 1 - 0.9 * line center font ',16'
set label subtitle at screen 0.5, 1 - 1.9 * line center font ',12' tc rgb '#555555'
key_x(k) = (k % key_across) / (1.0 * key_across) + 9 * letter
key_y(k) = 1 - (3.2 + k / key_across) * line
do for [k=0:entries-1] {
    set label k < series ? series_name[k + 1] : line_name[k - series + 1] \
        at screen key_x(k) + 3 * letter, screen key_y(k)
    if (k < series) {
        set label '' at screen key_x(k), screen key_y(k) point lt series_style[k + 1]
        set style line 20 lt series_style[k + 1]
    }
    if (!text) {
        set arrow from screen key_x(k) - 2 * letter, screen key_y(k) \
            to screen key_x(k) + 2 * letter, screen key_y(k) nohead \
            ls (k < series ? 20 : line_style[k - series + 1])
    }
}
unset border; unset tics; unset key
plot [0:1][0:1] NaN
unset label; unset arrow

# The grid: panel i, counted from 0, stands between these edges of the canvas.
top = 1 - (3 + key_down) * line
left(i) = (i % across) / (1.0 * across) + 9 * letter
right(i) = (i % across + 1) / (1.0 * across) - 2 * letter
upper(i) = top * (1 - (i / across) / (1.0 * down)) - 1.4 * line
lower(i) = top * (1 - (i / across + 1) / (1.0 * down)) + 3 * line
set border 3 lc rgb '#555555'
set ytics nomirror
if (!text) { set grid lc rgb '#dddddd' lw 1 dt 1 }

# Rows of the data: the x of one that belongs to panel p and series s, else nothing. Panel 0 holds
# marks, series 100 + s and 200 + s the fits of series s.
set datafile missing NaN columnheaders
data = name.'.dat'
pick(p, s) = column('panel') == p && column('series') == s ? column('x') : NaN

# Lengths of time along x, in decades, and 2 and 5 between them where there are few.
unit(ns) = ns < 1e3 ? sprintf('%g ns', ns) : ns < 1e6 ? sprintf('%g us', ns / 1e3) : \
    ns < 1e9 ? sprintf('%g ms', ns / 1e6) : sprintf('%g s', ns / 1e9)
times = "set xtics nomirror (); \
    do for [power=int(floor(log10(x_least))):int(ceil(log10(x_most)))] { \
        do for [digit in (x_most < 30 * x_least ? '1 2 5' : '1')] { \
            set xtics add (unit(digit * 10.0**power) digit * 10.0**power) \
        } \
    }"

# Workers along x, from 16 on in doublings. Where there are few counts, series stand side by side
# at each, so that their bars do not hide each other; a single count gives them the whole width.
alone = workers == 1
lowest = worker_count[1]
highest = worker_count[workers]
doubling = highest >= 16 && !alone
from = doubling ? lowest / 1.15 : lowest - 0.5
to = doubling ? highest * 1.15 : highest + 0.5
place(w) = doubling ? log(w) : w
width = place(to) - place(from)
step = alone ? width / (series + 1) : text || doubling || workers > 4 ? 0 : 0.012 * across * width
nudge(s) = (s - (series + 1) / 2.0) * step
beside(p, s) = pick(p, s) + nudge(s)

# Ticks where their numbers have room.
apart = width * 0.035 * across
before = place(lowest) - 2 * apart
set xtics nomirror ()
if (alone) {
    do for [s=1:series] { set xtics add (series_name[s] lowest + nudge(s)) }
} else {
    do for [i=1:workers] {
        room = place(worker_count[i]) - before >= apart
        set xtics add ((room ? sprintf('%d', worker_count[i]) : '') worker_count[i])
        if (room) { before = place(worker_count[i]) }
    }
}

# Bars: a row for each, the first on top, its name in front of it; part p of one is a box.
bar_rows = "widest = 0; \
    do for [i=1:bars_most] { \
        if (strlen(bar_name[i]) > widest) { widest = strlen(bar_name[i]) } \
    }; \
    set lmargin at screen (widest + 2) * letter; set rmargin at screen right(0); \
    set tmargin at screen upper(0); set bmargin at screen lower(0); \
    set yrange [0.4 : bars_most + 0.6]; set ytics nomirror (); unset grid; \
    do for [i=1:bars_most] { set ytics add (bar_name[i] bars_most + 1 - i) }; \
    if (!text) { set grid xtics lc rgb '#dddddd' lw 1 dt 1 }"
row(p) = column('part') == p ? bars_most + 1 - column('bar') : NaN
bar_box = "'from':(row(p)):'from':'to':(row(p) - 0.36):(row(p) + 0.36)"

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

