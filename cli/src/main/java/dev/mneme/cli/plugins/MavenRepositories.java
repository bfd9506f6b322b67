package dev.mneme.cli.plugins;

import dev.mneme.error.ErrorCode;
import dev.mneme.error.MnemeException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.eclipse.aether.RepositorySystem;
import org.eclipse.aether.RepositorySystemSession.CloseableSession;
import org.eclipse.aether.artifact.DefaultArtifact;
import org.eclipse.aether.repository.LocalRepository;
import org.eclipse.aether.repository.RemoteRepository;
import org.eclipse.aether.repository.RepositoryPolicy;
import org.eclipse.aether.resolution.ArtifactRequest;
import org.eclipse.aether.resolution.ArtifactResolutionException;
import org.eclipse.aether.supplier.RepositorySystemSupplier;
import org.eclipse.aether.supplier.SessionBuilderSupplier;

/**
 * Gets jars as Maven does: from the local repository, else from the others in their order, into the local one. Checksums
 * of the others must be there and match. Maven's own settings (mirrors, credentials) are not read.
 */
public final class MavenRepositories {
    private static final Pattern URL = Pattern.compile("(https?|file):.+");
    /** Keeps no note of where a jar is from, so that one that Maven fetched is found whatever repository it is from. */
    private static final String PLAIN_LAYOUT = "simple";

    private final Path local;
    private final List<String> remotes;

    /**
     * Repositories by place.
     *
     * @param remotes URLs, or folders
     */
    public MavenRepositories(Path local, List<String> remotes) {
        this.local = local;
        this.remotes = List.copyOf(remotes);
    }

    /**
     * The jar of these coordinates, without its dependencies.
     *
     * @throws MnemeException ({@code PLUGIN_UNRESOLVED}) naming every repository and what was wrong there;
     *     ({@code CONFIG_INVALID}) for a repository that is neither a URL nor a folder
     */
    public Path resolve(Coordinates coordinates) {
        List<RemoteRepository> repositories = repositories();
        RepositorySystem system = new RepositorySystemSupplier().get();
        try (CloseableSession session = new SessionBuilderSupplier(system)
                .get()
                .withLocalRepositories(new LocalRepository(local.toAbsolutePath(), PLAIN_LAYOUT))
                .build()) {
            ArtifactRequest request = new ArtifactRequest(
                    new DefaultArtifact(coordinates.group(), coordinates.artifact(), "jar", coordinates.version()),
                    repositories,
                    null);
            return system.resolveArtifact(session, request).getArtifact().getPath();
        } catch (ArtifactResolutionException e) {
            throw unresolved(coordinates, e);
        } finally {
            system.shutdown();
        }
    }

    private List<RemoteRepository> repositories() {
        List<RemoteRepository> repositories = new ArrayList<>();
        RepositoryPolicy strict = new RepositoryPolicy(
                true, RepositoryPolicy.UPDATE_POLICY_ALWAYS, RepositoryPolicy.CHECKSUM_POLICY_FAIL);
        for (String place : remotes) {
            repositories.add(
                    new RemoteRepository.Builder("repository-" + (repositories.size() + 1), "default", url(place))
                            .setPolicy(strict)
                            .build());
        }
        return repositories;
    }

    private static String url(String place) {
        if (URL.matcher(place).matches()) {
            return place;
        }
        Path folder = Path.of(place);
        if (!Files.isDirectory(folder)) {
            throw new MnemeException(
                    ErrorCode.CONFIG_INVALID,
                    "repository '" + place + "': expected an https:, http: or file: URL, or a folder that is there");
        }
        return folder.toUri().toString();
    }

    private MnemeException unresolved(Coordinates coordinates, ArtifactResolutionException e) {
        Set<String> reasons = new LinkedHashSet<>();
        e.getResults().forEach(result -> result.getExceptions().forEach(one -> reasons.add(one.getMessage())));
        String places = remotes.isEmpty()
                ? "; no other repository was given, name one with --repository"
                : " and not in " + String.join(", ", remotes) + " (" + String.join("; ", reasons) + ")";
        return new MnemeException(
                ErrorCode.PLUGIN_UNRESOLVED, "there is no jar " + coordinates + " in " + local + places, e);
    }
}
