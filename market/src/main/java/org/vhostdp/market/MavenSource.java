package org.vhostdp.market;

import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.eclipse.aether.RepositorySystem;
import org.eclipse.aether.RepositorySystemSession.CloseableSession;
import org.eclipse.aether.artifact.Artifact;
import org.eclipse.aether.artifact.DefaultArtifact;
import org.eclipse.aether.repository.RemoteRepository;
import org.eclipse.aether.repository.RepositoryPolicy;
import org.eclipse.aether.resolution.ArtifactRequest;
import org.eclipse.aether.resolution.ArtifactResolutionException;
import org.eclipse.aether.supplier.RepositorySystemSupplier;
import org.eclipse.aether.supplier.SessionBuilderSupplier;
import org.eclipse.aether.transfer.ArtifactNotFoundException;
import org.eclipse.aether.transfer.ChecksumFailureException;
import org.eclipse.aether.transfer.TransferCancelledException;
import org.vhostdp.store.Cause;
import org.vhostdp.store.DriverRefused;
import org.vhostdp.store.market.CoordinateSource;
import org.vhostdp.store.market.Coordinates;

/**
 * Fetches packages with Maven's resolver. Nothing of the user's own Maven is read: neither its
 * settings nor its local repository.
 */
public final class MavenSource implements CoordinateSource {
  private static final RepositoryPolicy STRICT =
      new RepositoryPolicy(
          true, RepositoryPolicy.UPDATE_POLICY_ALWAYS, RepositoryPolicy.CHECKSUM_POLICY_FAIL);

  private static final Map<String, Object> SETTINGS =
      Map.of(
          "aether.checksums.checksumAlgorithms", "SHA-512,SHA-256,SHA-1",
          "aether.transport.http.connectTimeout", 10_000,
          "aether.transport.http.requestTimeout", 60_000,
          "aether.transport.http.retryHandler.count", 1);

  private final long mostBytes;

  /** For the service loader. */
  public MavenSource() {
    this(512L << 20);
  }

  /**
   * @param mostBytes a package may have
   */
  MavenSource(long mostBytes) {
    this.mostBytes = mostBytes;
  }

  @Override
  public Path fetch(Coordinates coordinates, List<URI> repositories, Path work)
      throws DriverRefused {
    if (repositories.isEmpty()) {
      throw new DriverRefused(
          "No repository is known for %s. Name one with --repository, or in the configuration's [market]."
              .formatted(coordinates));
    }
    try (RepositorySystem system = new RepositorySystemSupplier().get();
        CloseableSession session =
            new SessionBuilderSupplier(system)
                .get()
                .withLocalRepositoryBaseDirectories(work)
                .setConfigProperties(SETTINGS)
                .setTransferListener(new SizeLimit(mostBytes))
                .build()) {
      return system
          .resolveArtifact(
              session, new ArtifactRequest(artifact(coordinates), remote(repositories), ""))
          .getArtifact()
          .getPath();
    } catch (ArtifactResolutionException e) {
      throw refused(coordinates, repositories, e);
    }
  }

  private static Artifact artifact(Coordinates c) {
    return new DefaultArtifact(c.group(), c.artifact(), c.extension(), c.version());
  }

  private static List<RemoteRepository> remote(List<URI> repositories) throws DriverRefused {
    List<RemoteRepository> remote = new ArrayList<>();
    for (URI each : repositories) {
      String scheme = each.getScheme();
      if (!"https".equals(scheme) && !"file".equals(scheme)) {
        throw new DriverRefused(
            "The repository %s is neither a file: nor an https: URL.".formatted(each));
      }
      remote.add(
          new RemoteRepository.Builder("repository-" + remote.size(), "default", each.toString())
              .setPolicy(STRICT)
              .build());
    }
    return remote;
  }

  private DriverRefused refused(
      Coordinates coordinates, List<URI> repositories, ArtifactResolutionException e) {
    String which = repositories.toString();
    if (has(e, TransferCancelledException.class)) {
      return new DriverRefused(
          "The package %s in %s is larger than %d bytes.".formatted(coordinates, which, mostBytes),
          e);
    }
    if (has(e, ChecksumFailureException.class)) {
      return new DriverRefused(
          "The package %s in %s has no checksum that is right: %s. Deploy it again; Maven's own local repository keeps no checksums."
              .formatted(coordinates, which, Cause.of(e)),
          e);
    }
    if (has(e, ArtifactNotFoundException.class)) {
      return new DriverRefused("There is no package %s in %s.".formatted(coordinates, which), e);
    }
    return new DriverRefused(
        "The package %s cannot be fetched from %s: %s.".formatted(coordinates, which, Cause.of(e)),
        e);
  }

  private static boolean has(Throwable e, Class<? extends Throwable> type) {
    for (Throwable each = e; each != null; each = each.getCause()) {
      if (type.isInstance(each)) {
        return true;
      }
    }
    return false;
  }
}
