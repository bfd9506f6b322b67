package dev.mneme.memory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.nn.Parameterized;
import java.lang.reflect.Method;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** A method that an interface gets later must not be lost on the way. */
final class ForwardingRolesTest {
    @Test
    void everyMethodIsHandedOn() {
        assertHandsOn(ForwardingReader.class, Reader.class);
        assertHandsOn(ForwardingWriter.class, Writer.class);
    }

    private static void assertHandsOn(Class<?> forwarding, Class<? extends Parameterized> role) {
        String[] methods = Arrays.stream(role.getMethods()).map(Method::getName).toArray(String[]::new);
        assertThat(forwarding.getDeclaredMethods()).extracting(Method::getName).contains(methods);
    }
}
