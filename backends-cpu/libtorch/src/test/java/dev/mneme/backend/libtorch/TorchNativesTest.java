package dev.mneme.backend.libtorch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

final class TorchNativesTest {
    private static final UnsatisfiedLinkError INCOMPLETE = new UnsatisfiedLinkError("libfast.so: not found");

    /** A build as a test wants it. */
    private static final class Build implements NativesBuild {
        private final boolean isPresent;
        private final boolean isComplete;
        private boolean wasAsked;

        Build(boolean isPresent, boolean isComplete) {
            this.isPresent = isPresent;
            this.isComplete = isComplete;
        }

        @Override
        public String extension() {
            return "-fast";
        }

        @Override
        public boolean isPresent() {
            return isPresent;
        }

        @Override
        public void loadDependencies() {
            wasAsked = true;
            if (!isComplete) {
                throw INCOMPLETE;
            }
        }
    }

    @Test
    void completeBuildIsPreferred() {
        assertThat(TorchNatives.choose(List.of(new Build(true, true)), null))
                .isEqualTo(new TorchNatives.Choice("-fast", null));
    }

    @Test
    void incompleteBuildIsPassedOverAndTheReasonKept() {
        assertThat(TorchNatives.choose(List.of(new Build(true, false)), null))
                .isEqualTo(new TorchNatives.Choice("", INCOMPLETE));
    }

    @Test
    void buildThatIsNotOnTheClassPathIsNotAskedForItsLibraries() {
        Build absent = new Build(false, true);

        assertThat(TorchNatives.choose(List.of(absent), null)).isEqualTo(new TorchNatives.Choice("", null));
        assertThat(absent.wasAsked).isFalse();
    }

    @Test
    void choiceOfTheUserIsFollowed() {
        Build build = new Build(true, true);

        assertThat(TorchNatives.choose(List.of(build), "-other")).isEqualTo(new TorchNatives.Choice("", null));
        assertThat(build.wasAsked).isFalse();
        assertThat(TorchNatives.choose(List.of(build), "-fast")).isEqualTo(new TorchNatives.Choice("-fast", null));
    }
}
