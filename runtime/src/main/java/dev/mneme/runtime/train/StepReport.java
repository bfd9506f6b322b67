package dev.mneme.runtime.train;

import java.time.Duration;
import java.util.Map;

/**
 * One optimizer step, for progress displays.
 *
 * @param step counts from 1
 * @param steps of the whole run
 * @param loss mean cross entropy over the step's scored labels, label smoothing included, before the update
 * @param auxiliary mean of each auxiliary loss of the mechanism over the step's segments
 * @param learningRate of this step
 * @param gradientNorm before clipping
 * @param tokensPerSecond read in this step, evaluations and checkpoints aside
 * @param remaining estimated time to the last step
 * @param stage what the curriculum changes in this step, such as {@code segments=2}; empty where it trains on the task
 */
public record StepReport(
        long step,
        long steps,
        double loss,
        Map<String, Double> auxiliary,
        double learningRate,
        double gradientNorm,
        double tokensPerSecond,
        Duration remaining,
        String stage) {}
