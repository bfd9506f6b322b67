/**
 * Self-contained HTML pages about a run; no script, nothing fetched. Start with {@link dev.mneme.cli.report.Page}:
 * sections are {@link dev.mneme.cli.report.Fragment fragments}, and tables, charts, heat maps and samples make them.
 */
@org.jspecify.annotations.NullMarked
package dev.mneme.cli.report;
