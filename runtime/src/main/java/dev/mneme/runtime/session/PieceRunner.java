package dev.mneme.runtime.session;

import dev.mneme.error.ErrorCode;
import dev.mneme.error.MnemeException;
import dev.mneme.memory.MemoryState;
import dev.mneme.memory.SegmentStream;
import dev.mneme.memory.StepResult;
import dev.mneme.nn.Pass;
import dev.mneme.runtime.model.Model;
import dev.mneme.task.SegmentBatch;
import dev.mneme.tensor.DType;
import dev.mneme.tensor.Shape;
import dev.mneme.tensor.Tensor;
import dev.mneme.tensor.TensorBackend;
import dev.mneme.tensor.TensorScope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Runs equally long pieces of several streams as one batch. */
final class PieceRunner {
    private final Model model;
    private final int segmentLength;

    PieceRunner(Model model) {
        this.model = model;
        this.segmentLength = model.describe().task().maxLength();
    }

    /**
     * The next tokens of one stream; they end within its segment.
     *
     * @param tokens at least one
     */
    record Piece(Track track, long[] tokens) {}

    int segmentLength() {
        return segmentLength;
    }

    /** How many tokens are left in the segment a stream is in. */
    int room(Track track) {
        return segmentLength - track.state().unfinished().length;
    }

    /** Pieces that may be run together are equal in this. */
    List<Object> kind(Piece piece) {
        boolean whole = piece.tokens().length == segmentLength;
        // States that grow may differ in size, and are joined only for whole segments.
        List<Shape> shapes = whole
                ? piece.track().state().memory().tensors().values().stream()
                        .map(Tensor::shape)
                        .toList()
                : List.of();
        return List.of(piece.tokens().length, shapes);
    }

    /**
     * Runs pieces of one {@link #kind}. Either all streams advance or, if anything is thrown, none.
     *
     * @return log-probabilities of the tokens of each piece
     * @throws MnemeException ({@code NUMERIC_NOT_FINITE}) if the model predicts no distribution
     */
    List<double[]> run(List<Piece> pieces) {
        int length = pieces.get(0).tokens().length;
        long[] tokens = pieces.stream()
                .flatMapToLong(piece -> Arrays.stream(piece.tokens()))
                .toArray();
        try (TensorScope scope = model.backend().scope()) {
            return length == segmentLength ? step(pieces, tokens) : feed(pieces, tokens);
        } catch (RuntimeException e) {
            // Some may have gone on; they are opened again from where they were.
            pieces.forEach(piece -> piece.track().dropStream());
            throw e;
        }
    }

    /** Whole segments: one step of the controller, for states that are joined and split again. */
    private List<double[]> step(List<Piece> pieces, long[] tokens) {
        int rows = pieces.size();
        MemoryState joined = MemoryState.concat(
                pieces.stream().map(piece -> piece.track().state().memory()).toList());
        SegmentBatch batch =
                new SegmentBatch(rows, segmentLength, tokens, null, 0, null, new long[tokens.length], null);
        StepResult result = model.run(batch, joined, Pass.evaluation());
        Predictions predictions = predict(pieces, tokens, result.logits());
        for (int row = 0; row < rows; row++) {
            MemoryState next = rows == 1
                    ? result.next().detach()
                    : result.next().select(model.backend().tensor(new long[] {row}, Shape.of(1)));
            pieces.get(row).track().advance(segmentLength, next.unscoped(), predictions.last(row));
        }
        return predictions.logProbabilities();
    }

    /** Pieces of segments: the open streams are fed together, and those that are full are finished. */
    private List<double[]> feed(List<Piece> pieces, long[] tokens) {
        int rows = pieces.size();
        int length = tokens.length / rows;
        List<SegmentStream> streams =
                pieces.stream().map(piece -> piece.track().stream()).toList();
        Tensor logits = model.mechanism().controller().feed(streams, model.tokens(tokens, rows));
        Predictions predictions = predict(pieces, tokens, logits);
        List<MemoryState> finished = new ArrayList<>();
        for (Piece piece : pieces) {
            boolean full = room(piece.track()) == length;
            finished.add(full ? model.finish(piece.track().stream()).detach() : MemoryState.empty());
        }
        for (int row = 0; row < rows; row++) {
            Track track = pieces.get(row).track();
            if (room(track) == length) {
                track.advance(length, finished.get(row).unscoped(), predictions.last(row));
            } else {
                track.advance(pieces.get(row).tokens(), predictions.last(row));
            }
        }
        return predictions.logProbabilities();
    }

    private record Predictions(List<double[]> logProbabilities, double[] lastLogits, int vocabulary) {
        double[] last(int row) {
            return Arrays.copyOfRange(lastLogits, row * vocabulary, (row + 1) * vocabulary);
        }
    }

    /** @param logits (rows, length, vocabulary) */
    private Predictions predict(List<Piece> pieces, long[] tokens, Tensor logits) {
        TensorBackend backend = model.backend();
        int rows = pieces.size();
        int length = tokens.length / rows;
        double[] last = logits.slice(1, length - 1, length).to(DType.F64).toDoubles();
        Tensor ids = backend.tensor(tokens, Shape.of(rows, length)).slice(1, 1, length);
        // In F64: a sum over a large vocabulary would depend on how the pieces are cut.
        double[] scores = length == 1
                ? new double[0]
                : logits.slice(1, 0, length - 1)
                        .to(DType.F64)
                        .logSoftmax(-1)
                        .gather(2, ids.unsqueeze(2))
                        .toDoubles();
        List<double[]> result = new ArrayList<>();
        for (int row = 0; row < rows; row++) {
            double[] logProbabilities = new double[length];
            logProbabilities[0] = first(pieces.get(row));
            System.arraycopy(scores, row * (length - 1), logProbabilities, 1, length - 1);
            result.add(logProbabilities);
        }
        requireFinite(last, scores);
        return new Predictions(result, last, last.length / rows);
    }

    /** Predicted by what came before the piece. */
    private static double first(Piece piece) {
        double[] logits = piece.track().state().logits();
        if (logits == null) {
            return Double.NaN;
        }
        double highest = Arrays.stream(logits).max().orElseThrow();
        double sum =
                Arrays.stream(logits).map(logit -> Math.exp(logit - highest)).sum();
        return logits[Math.toIntExact(piece.tokens()[0])] - highest - Math.log(sum);
    }

    private static void requireFinite(double[] logits, double[] logProbabilities) {
        if (!Double.isFinite(Arrays.stream(logits).sum())
                || Arrays.stream(logProbabilities).anyMatch(Double::isNaN)) {
            throw new MnemeException(
                    ErrorCode.NUMERIC_NOT_FINITE,
                    "the model's prediction is infinite or not a number. Was it trained to the end? The session is where"
                            + " it was before this request");
        }
    }
}
