# Copyright (c) 2026 The dpdkvkernel Authors.
#
# Licensed under the Apache License, Version 2.0 (the "License");
# you may not use this file except in compliance with the License.
# You may obtain a copy of the License at:
#
#     http://www.apache.org/licenses/LICENSE-2.0
#
# Unless required by applicable law or agreed to in writing, software
# distributed under the License is distributed on an "AS IS" BASIS,
# WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
# See the License for the specific language governing permissions and
# limitations under the License.

"""Draws the results as SVG, with gnuplot."""

import subprocess

import system

# Title, work, metric, factor.
PANELS = (
    ('TCP, one stream: Gbit/s', 'tcp-1', 'mbps', 1e-3),
    ('TCP, one stream: CPU s per GB', 'tcp-1', 'cpu_s_per_gb', 1),
    ('64-byte UDP packets: 1000/s', 'udp-64', 'pps', 1e-3),
    ('Latency under load: p99, ms', 'latency-loaded', 'p99_us', 1e-3),
)

HEAD = """\
set terminal svg noenhanced size 1000,{height} font 'sans-serif,13' \\
    background '#ffffff'
set output '{output}'
set multiplot layout {rows},2
set style fill solid 0.8 noborder
set bars 0.5
set xrange [0:*]
set yrange [{last}.6:-0.6]
set ytics nomirror scale 0 textcolor rgb '#000000'
set xtics nomirror textcolor rgb '#000000'
set border 3 lc rgb '#808080'
set grid xtics lc rgb '#d0d0d0'
set lmargin 24
unset key
"""

# Each bar is a box from 0 to the median, with the range of values as a line.
PANEL = """\
set title {title}
$data << END
{data}
END
plot $data using (0):0:(0):2:($0-0.35):($0+0.35):5:ytic(1) \\
         with boxxyerror lc rgb variable, \\
     $data using 2:0:3:4 with xerrorbars pt -1 lc rgb '#000000'
"""

OURS, OTHERS = 0x2060a0, 0xa0a8b0


def _quote(text):
    return "'%s'" % text.replace("'", "''")


def _panel(samples, systems, title, work, metric, factor):
    lines = []
    for s in systems:
        spread = samples.spread(s.name, work, metric) or (0, 0, 0)
        colour = OURS if s.name.startswith('vkernel') else OTHERS
        lines.append('"%s" %g %g %g %d' % (
            (s.title,) + tuple(x * factor for x in spread) + (colour,)))
    return PANEL.format(title=_quote(title), data='\n'.join(lines))


def script(samples, output):
    systems = [s for s in system.ALL if samples.has_system(s.name)]
    panels = [panel for panel in PANELS
              if any(samples.spread(s.name, *panel[1:3]) for s in systems)]
    rows = (len(panels) + 1) // 2
    return (HEAD.format(output=output, rows=rows, last=len(systems) - 1,
                        height=rows * (80 + 36 * len(systems)))
            + ''.join(_panel(samples, systems, *panel) for panel in panels)
            + 'unset multiplot\n')


def draw(samples, output):
    """Returns None, or why there is no chart."""
    if not any(samples.spread(s.name, *panel[1:3])
               for panel in PANELS for s in system.ALL):
        return 'no chart, for nothing that it shows was measured'
    try:
        done = subprocess.run(['gnuplot'], input=script(samples, output),
                              text=True, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, timeout=60)
    except FileNotFoundError:
        return ('no chart, for there is no gnuplot; mend with: '
                'apt-get install gnuplot-nox')
    if done.returncode:
        return 'no chart, for gnuplot failed: ' + done.stdout.strip()
    return None
