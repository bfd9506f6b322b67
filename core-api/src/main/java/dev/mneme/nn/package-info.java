/**
 * Building blocks of transformers over the tensor SPI. A {@link dev.mneme.nn.Module} owns named parameters and children;
 * hidden states are (batch, length, dim). Everything random goes through the {@link dev.mneme.nn.Pass}, everything
 * initial through the {@link dev.mneme.nn.ModuleContext}, so a seed fixes both.
 */
@org.jspecify.annotations.NullMarked
@dev.mneme.stability.Beta
package dev.mneme.nn;
