package dev.mneme.runtime.plugin;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Decides who keeps a name that several providers of one kind claim: the one in the place of highest precedence, if it
 * is alone there; otherwise nobody.
 *
 * @param losers providers that must not be used, with the reason
 * @param contested names that nobody keeps, with the jars that claim them
 */
record NameClashes<P>(List<Loser<P>> losers, Map<String, String> contested) {
    /** A provider that must not be used. */
    record Loser<P>(Extension<P> extension, PluginRejection verdict) {}

    static <P> NameClashes<P> among(List<Extension<P>> extensions) {
        List<Loser<P>> losers = new ArrayList<>();
        Map<String, String> contested = new TreeMap<>();
        Map<String, List<Extension<P>>> byName =
                extensions.stream().collect(Collectors.groupingBy(Extension::name, TreeMap::new, Collectors.toList()));
        byName.forEach((name, claims) -> {
            if (claims.size() == 1) {
                return;
            }
            Source.Place best = claims.stream()
                    .map(claim -> claim.source().place())
                    .min(Source.Place::compareTo)
                    .orElseThrow();
            List<Extension<P>> equals = claims.stream()
                    .filter(claim -> claim.source().place() == best)
                    .toList();
            boolean hasWinner = equals.size() == 1;
            if (!hasWinner) {
                contested.put(name, sources(equals));
            }
            for (Extension<P> claim : claims) {
                if (!hasWinner || claim != equals.get(0)) {
                    losers.add(new Loser<>(claim, verdict(name, claim, claims)));
                }
            }
        });
        return new NameClashes<>(losers, contested);
    }

    private static <P> PluginRejection verdict(String name, Extension<P> loser, List<Extension<P>> claims) {
        List<Extension<P>> others =
                claims.stream().filter(claim -> claim != loser).toList();
        return new PluginRejection(
                "the name '" + name + "' is also that of " + sources(others),
                "remove all but one, or rename the provider");
    }

    private static <P> String sources(List<Extension<P>> extensions) {
        return extensions.stream()
                .map(extension -> describe(extension.source()))
                .sorted()
                .collect(Collectors.joining(" and "));
    }

    private static String describe(Source source) {
        return switch (source.place()) {
            case BUILT_IN -> "a built-in one";
            case CLASS_PATH -> source.jar() + " on the class path";
            case PLUGIN -> source.jar();
        };
    }
}
