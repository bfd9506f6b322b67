/**
 * Tasks over text: language modelling ({@link dev.mneme.tasks.text.TextProvider}) and translation
 * ({@link dev.mneme.tasks.text.TranslationProvider}), their tokenizers, readers and {@link dev.mneme.tasks.text.Bleu}; and
 * over the words of a program's own ({@link dev.mneme.tasks.text.TokenSequences}).
 * Start with {@link dev.mneme.tasks.text.TextProvider}.
 */
@org.jspecify.annotations.NullMarked
package dev.mneme.tasks.text;
