/**
 * A {@link org.vhostdp.bench.result.Result} for people: console tables, Markdown, charts, and the
 * page docs/performance.md.
 *
 * <p>{@link org.vhostdp.bench.report.Figures} and {@link org.vhostdp.bench.report.Comparison}
 * reduce the samples of one row to what is shown; {@link org.vhostdp.bench.report.Grid} arranges
 * that in columns, which {@link org.vhostdp.bench.report.TextTable} and {@link
 * org.vhostdp.bench.report.Markdown} lay out.
 */
package org.vhostdp.bench.report;
