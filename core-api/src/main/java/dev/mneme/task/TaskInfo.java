package dev.mneme.task;

/**
 * What a model must know of a task.
 *
 * @param form of the backbone
 * @param vocabulary number of input token ids
 * @param targetVocabulary number of label ids (and decoder ids); equals {@code vocabulary} for language models
 * @param maxLength longest segment (source), for position tables
 * @param maxTargetLength longest target, 0 unless encoder-decoder
 * @param beginToken first decoder input; -1 unless encoder-decoder
 * @param endToken ends a generated target; -1 where targets have no end symbol
 * @param chanceAccuracy the best accuracy possible without the information the memory must carry, in [0, 1]; NaN where
 *     no such bound is known
 * @param bytesPerLabel bytes of text one label stands for on average, to give bits per byte; NaN for non-text
 */
public record TaskInfo(
        Form form,
        int vocabulary,
        int targetVocabulary,
        int maxLength,
        int maxTargetLength,
        int beginToken,
        int endToken,
        double chanceAccuracy,
        double bytesPerLabel) {}
