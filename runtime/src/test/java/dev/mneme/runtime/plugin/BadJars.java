package dev.mneme.runtime.plugin;

import dev.mneme.memory.MemoryProvider;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.jar.JarFile;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Makes jars that must not be loaded, of many kinds, from a seed. The classes are compiled once; every jar has an id and
 * a mechanism of its own, so that one that is loaded by mistake shows.
 */
final class BadJars {
    /** Written into the compiled class in place of the mechanism's name; of the same length as those. */
    private static final String NAME = "name-000000";

    private static final String SERVICES = "META-INF/services/" + MemoryProvider.class.getName();
    private static final String MANIFEST = "META-INF/MANIFEST.MF";
    private static final String BROKEN = "cannot be read as a jar|is damaged|no Plugin-Id";
    /** Those that take their time. */
    private static final int HANGING = 4;

    private enum Kind {
        TRUNCATED,
        BIT_FLIP,
        EMPTY,
        NOT_A_ZIP,
        FOLDER,
        NO_MANIFEST,
        NO_ID,
        NO_VERSION,
        ODD_ID,
        GARBLED_MANIFEST,
        SPI_OUT_OF_REACH,
        SPI_NO_RANGE,
        NEEDS_ANOTHER,
        NO_SERVICES,
        SERVICE_NAMES_ABSENT_CLASS,
        SERVICE_IS_NO_CLASS_NAME,
        CLASS_VERSION,
        CLASS_CUT,
        CLASS_GONE,
        ZIP_SLIP,
        DUPLICATE_ENTRY,
        DUPLICATE_ID,
        DUPLICATE_NAME,
        BUILT_IN_NAME,
        THROWS,
        HANGS
    }

    private final SplittableRandom random;
    private final Map<String, byte[]> good;
    private final Map<String, byte[]> throwing;
    private final Map<String, byte[]> hanging;

    private BadJars(long seed) throws IOException {
        random = new SplittableRandom(seed);
        good = compile("");
        throwing = compile("public P() { throw new IllegalStateException(\"boom\"); }");
        hanging = compile("public P() { try { Thread.sleep(60_000); } catch (InterruptedException e) { return; } }");
    }

    static BadJars of(long seed) throws IOException {
        return new BadJars(seed);
    }

    /** Writes so many; returns what the reason of each must contain, by file name. */
    Map<String, Pattern> write(Path folder, int count) throws IOException {
        Map<String, Pattern> expected = new TreeMap<>();
        Kind[] kinds = Kind.values();
        int hung = 0;
        while (expected.size() < count) {
            Kind kind = kinds[expected.size() % kinds.length];
            if (kind == Kind.HANGS && hung++ >= HANGING) {
                kind = Kind.TRUNCATED;
            }
            String name = String.format(Locale.ROOT, "drill%06d", expected.size());
            String file = name + "-" + kind.name().toLowerCase(Locale.ROOT) + ".jar";
            String reason = write(kind, folder, file, "drill%06d".formatted(expected.size()));
            expected.put(file, Pattern.compile(reason));
            if (kind == Kind.DUPLICATE_ID || kind == Kind.DUPLICATE_NAME) {
                String twin = "twin-" + file;
                writeTwin(kind, folder.resolve(twin), name);
                expected.put(twin, Pattern.compile(Pattern.quote(file)));
            }
        }
        return expected;
    }

    private String write(Kind kind, Path folder, String file, String id) throws IOException {
        Path jar = folder.resolve(file);
        Map<String, byte[]> entries = entries(good, id, mechanism(id));
        switch (kind) {
            case TRUNCATED -> {
                byte[] whole = zip(entries);
                Files.write(jar, Arrays.copyOf(whole, random.nextInt(1, whole.length - 1)));
                return BROKEN;
            }
            case BIT_FLIP -> {
                Files.write(jar, flipped(zip(entries)));
                return "..."; // Anything may be wrong with it, as long as something is.
            }
            case EMPTY -> {
                Files.createFile(jar);
                return BROKEN;
            }
            case NOT_A_ZIP -> {
                byte[] noise = new byte[random.nextInt(1, 4096)];
                random.nextBytes(noise);
                Files.write(jar, noise);
                return BROKEN;
            }
            case FOLDER -> {
                Files.createDirectory(jar);
                return "it is not a jar";
            }
            case NO_MANIFEST -> entries.remove(MANIFEST);
            case GARBLED_MANIFEST -> entries.put(MANIFEST, bytes("Plugin-Id\n:" + id));
            case NO_ID -> replace(entries, "Plugin-Id: .*\n", "");
            case NO_VERSION -> replace(entries, "Plugin-Version: .*\n", "");
            case ODD_ID -> replace(entries, "Plugin-Id: .*\n", "Plugin-Id: two words\n");
            case SPI_OUT_OF_REACH -> replace(entries, ">=0.1.0 & <0.2.0", ">=" + random.nextInt(1, 99) + ".0.0");
            case SPI_NO_RANGE -> replace(entries, ">=0.1.0 & <0.2.0", "whatever you have");
            case NEEDS_ANOTHER -> replace(entries, "Plugin-Id: ", "Plugin-Dependencies: first\nPlugin-Id: ");
            case NO_SERVICES -> entries.remove(SERVICES);
            case SERVICE_NAMES_ABSENT_CLASS -> entries.put(SERVICES, bytes("p.Absent" + id));
            case SERVICE_IS_NO_CLASS_NAME -> entries.put(SERVICES, bytes("no class name"));
            case CLASS_VERSION -> entries.get("p/P.class")[7] = (byte) random.nextInt(100, 120);
            case CLASS_CUT ->
                entries.computeIfPresent("p/P.class", (name, code) -> Arrays.copyOf(code, random.nextInt(code.length)));
            case CLASS_GONE -> entries.remove("p/P.class");
            case ZIP_SLIP -> entries.put(pick("../", "a/../../", "/", "a\\..\\", "C:") + "evil", bytes("evil"));
            case DUPLICATE_ENTRY -> {
                entries.put("extra-1", bytes("1"));
                entries.put("extra-2", bytes("2"));
                Files.write(jar, latin1(text(zip(entries)).replace("extra-2", "extra-1")));
                return "is there twice";
            }
            case BUILT_IN_NAME -> entries = entries(good, id, "none");
            case THROWS -> entries = entries(throwing, id, mechanism(id));
            case HANGS -> entries = entries(hanging, id, mechanism(id));
            case DUPLICATE_ID, DUPLICATE_NAME -> {
                Files.write(jar, zip(entries));
                return "twin-" + file;
            }
        }
        Files.write(jar, zip(entries));
        return reason(kind);
    }

    private static String reason(Kind kind) {
        return switch (kind) {
            case NO_MANIFEST, NO_ID -> "no Plugin-Id";
            case GARBLED_MANIFEST -> "cannot be read as a jar: .*header";
            case NO_VERSION -> "no Plugin-Version";
            case ODD_ID -> "'two words' is not a plain word";
            case SPI_OUT_OF_REACH -> "built for version >=\\d+\\.0\\.0 .* this is version 0\\.1\\.0";
            case SPI_NO_RANGE -> "'whatever you have' is not a range";
            case NEEDS_ANOTHER -> "asks for the plugins first";
            case NO_SERVICES -> "no services file";
            case SERVICE_NAMES_ABSENT_CLASS -> "p\\.Absent\\w+ not found";
            case SERVICE_IS_NO_CLASS_NAME -> "[Ii]llegal";
            case CLASS_VERSION -> "UnsupportedClassVersionError";
            case CLASS_CUT -> "ClassFormatError";
            case CLASS_GONE -> "p\\.P not found";
            case ZIP_SLIP -> "has a name that leads out";
            case BUILT_IN_NAME -> "'none' is also that of a built-in one";
            case THROWS -> "p\\.P could not be instantiated.*boom";
            case HANGS -> "it hangs: .* p\\.P\\.<init> \\(P\\.java:\\d+\\)";
            default -> throw new IllegalArgumentException(kind + " is handled where it is made");
        };
    }

    private void writeTwin(Kind kind, Path jar, String id) throws IOException {
        boolean sameId = kind == Kind.DUPLICATE_ID;
        String other = id.replace("drill", "other");
        Files.write(jar, zip(entries(good, sameId ? id : other, sameId ? mechanism(other) : mechanism(id))));
    }

    /** One bit turned over, such that somebody who reads the jar sees a difference. */
    private byte[] flipped(byte[] whole) throws IOException {
        Map<String, String> before = contents(whole);
        while (true) {
            byte[] flipped = whole.clone();
            int bit = random.nextInt(whole.length * 8);
            flipped[bit / 8] ^= (byte) (1 << bit % 8);
            if (!before.equals(contents(flipped))) {
                return flipped;
            }
        }
    }

    /** What {@link JarFile} makes of a jar, entries by name; a mark for what it refuses. */
    private static Map<String, String> contents(byte[] jar) throws IOException {
        Map<String, String> contents = new TreeMap<>();
        Path file = Files.createTempFile("drill", ".jar");
        try {
            Files.write(file, jar);
            try (JarFile zip = new JarFile(file.toFile())) {
                for (ZipEntry entry : (Iterable<ZipEntry>) zip.stream().map(ZipEntry.class::cast)::iterator) {
                    try (InputStream content = zip.getInputStream(entry)) {
                        contents.put(entry.getName(), text(content.readAllBytes()) + entry.getCrc() + entry.getSize());
                    }
                }
            } catch (IOException | RuntimeException e) {
                contents.put("refused", e.getClass().getName());
            }
        } finally {
            Files.delete(file);
        }
        return contents;
    }

    private static Map<String, byte[]> compile(String members) throws IOException {
        Path folder = Files.createTempDirectory("drill");
        Path jar = folder.resolve("template.jar");
        try {
            TestJar.plugin("template")
                    .source(
                            "p.P",
                            TestJar.memorySource("p.P", NAME, "s", "return null;")
                                    .replace("public String name", members + "\npublic String name"))
                    .service(MemoryProvider.class, "p.P")
                    .write(folder, "template.jar");
            Map<String, byte[]> entries = new LinkedHashMap<>();
            try (JarFile zip = new JarFile(jar.toFile())) {
                for (ZipEntry entry : (Iterable<ZipEntry>) zip.stream().map(ZipEntry.class::cast)::iterator) {
                    entries.put(entry.getName(), zip.getInputStream(entry).readAllBytes());
                }
            }
            return entries;
        } finally {
            Files.deleteIfExists(jar);
            Files.delete(folder);
        }
    }

    /** Copies of the template's entries with another id, and another mechanism in the constants of its class. */
    private static Map<String, byte[]> entries(Map<String, byte[]> template, String id, String mechanism) {
        Map<String, byte[]> entries = new LinkedHashMap<>();
        template.forEach((name, content) -> entries.put(name, content.clone()));
        entries.put(
                MANIFEST,
                bytes("Manifest-Version: 1.0\nPlugin-Id: " + id
                        + "\nPlugin-Version: 1.0.0\nPlugin-Requires: >=0.1.0 & <0.2.0\n"));
        byte[] code = entries.get("p/P.class");
        String constant = (char) 0 + "" + (char) NAME.length() + NAME;
        entries.put(
                "p/P.class",
                latin1(text(code).replace(constant, (char) 0 + "" + (char) mechanism.length() + mechanism)));
        return entries;
    }

    private static String mechanism(String id) {
        return id.replaceAll("(\\d+)", "-$1");
    }

    private static byte[] zip(Map<String, byte[]> entries) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream out = new ZipOutputStream(bytes)) {
            for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
                ZipEntry named = new ZipEntry(entry.getKey());
                named.setTime(0);
                out.putNextEntry(named);
                new ByteArrayInputStream(entry.getValue()).transferTo(out);
                out.closeEntry();
            }
        }
        return bytes.toByteArray();
    }

    private static void replace(Map<String, byte[]> entries, String regex, String by) {
        entries.computeIfPresent(
                MANIFEST, (name, content) -> bytes(text(content).replaceAll(regex, by)));
    }

    private String pick(String... choices) {
        return List.of(choices).get(random.nextInt(choices.length));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] latin1(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }
}
