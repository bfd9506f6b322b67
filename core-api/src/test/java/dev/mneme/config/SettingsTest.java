package dev.mneme.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mneme.backbone.BackboneConfig;
import dev.mneme.error.MnemeException;
import dev.mneme.nn.Activation;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class SettingsTest {
    private static BackboneConfig bind(Map<String, ?> values) {
        return Settings.bind("model", BackboneConfig.class, values);
    }

    @Test
    void whatIsNotGivenKeepsItsDefault() {
        assertThat(bind(Map.of())).isEqualTo(BackboneConfig.defaults());
        assertThat(bind(Map.of("dim", 64)).heads())
                .isEqualTo(BackboneConfig.defaults().heads());
    }

    @Test
    void valuesMayBeTextOrNumbers() {
        BackboneConfig config =
                bind(Map.of("dim", "1_024", "dropout", "0.1", "activation", "Silu", "head_bias", "true"));
        assertThat(config.dim()).isEqualTo(1024);
        assertThat(config.dropout()).isEqualTo(0.1);
        assertThat(config.activation()).isEqualTo(Activation.SILU);
        assertThat(config.headBias()).isTrue();
    }

    @Test
    void aMapOfARecordBindsBackToIt() {
        BackboneConfig config = bind(Map.of("dim", 96, "heads", 3, "positions", "relative", "dropout", 0.25));
        assertThat(bind(Settings.toMap(config))).isEqualTo(config);
    }

    @Test
    void anUnknownKeyNamesTheNearestOne() {
        assertThatThrownBy(() -> bind(Map.of("hedas", 2)))
                .isInstanceOf(MnemeException.class)
                .hasMessageStartingWith("CONFIG_INVALID: model.hedas: no such key;")
                .hasMessageContaining("heads");
    }

    @Test
    void aValueOutOfRangeIsShownWithItsRange() {
        assertThatThrownBy(() -> bind(Map.of("layers", 0)))
                .hasMessage("CONFIG_INVALID: model.layers: expected a value in 1..1024, got 0");
    }

    @Test
    void notANumberIsOutOfEveryRange() {
        assertThatThrownBy(() -> bind(Map.of("dropout", "NaN")))
                .hasMessage("CONFIG_INVALID: model.dropout: expected a value in 0..0.99, got NaN");
    }

    @Test
    void allProblemsComeInOneNumberedList() {
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("layer", 3);
        values.put("dim", "wide");
        values.put("norm", "prae");
        values.put("head_bias", "yes");
        assertThatThrownBy(() -> bind(values))
                .hasMessageStartingWith(
                        "CONFIG_INVALID: 4 problems in the configuration\n  1. model.layer: no such key;")
                .hasMessageContaining("model.dim: expected an integer in 1..65536, got 'wide'")
                .hasMessageContaining("model.norm: 'prae' is not a choice;")
                .hasMessageContaining("model.head_bias: expected true or false, got 'yes'");
    }

    @Test
    void whatSpansSeveralKeysIsCheckedByTheRecord() {
        assertThatThrownBy(() -> bind(Map.of("dim", 10, "heads", 4)))
                .hasMessage("CONFIG_INVALID: model: dim must be a multiple of heads, got dim 10 and heads 4");
    }

    @Test
    void aDescriptionHasKeyTypeRangeAndDefault() {
        assertThat(Settings.describe(BackboneConfig.class))
                .contains(new SettingDescription(
                        "layers",
                        "integer",
                        "1..1024",
                        "2",
                        "blocks of the decoder, or of the encoder in an encoder-decoder",
                        ""))
                .anySatisfy(setting -> {
                    assertThat(setting.key()).isEqualTo("norm");
                    assertThat(setting.type()).isEqualTo("pre | post");
                    assertThat(setting.defaultValue()).isEqualTo("pre");
                });
    }
}
