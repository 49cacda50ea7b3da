package org.vhostdp.store.market;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import org.vhostdp.store.DriverRefused;

/**
 * Fetches packages from Maven repositories. A provider is looked for only when coordinates are
 * given, since it brings many libraries.
 */
public interface CoordinateSource {
  /**
   * Fetches one package. Its checksum in the repository must be there and right.
   *
   * @param coordinates what to fetch
   * @param repositories where, in order; {@code https:} and {@code file:}
   * @param work a folder for downloads, which the caller deletes
   * @return the file, in that folder or in a repository of this machine
   * @throws DriverRefused naming the coordinates, the repositories, and what is wrong
   */
  Path fetch(Coordinates coordinates, List<URI> repositories, Path work) throws DriverRefused;
}
