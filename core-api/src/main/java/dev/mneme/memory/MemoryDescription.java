package dev.mneme.memory;

/**
 * Where a mechanism comes from, for listings.
 *
 * @param title of the paper
 * @param citation authors, year and identifier, such as {@code Burtsev et al. 2020, arXiv 2006.11527}
 * @param summary one line: what is stored, who writes, who reads
 */
public record MemoryDescription(String title, String citation, String summary) {}
