package org.vhostdp.tck.stock;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * The configurations of two ports that find each other.
 *
 * @param near of the port under test
 * @param far of the port at the far end
 * @param folder of their own, for sockets and the like; null if they name none
 */
record PairEnds(Map<String, String> near, Map<String, String> far, Path folder)
    implements AutoCloseable {
  /** What lies in the folder. */
  Set<String> files() throws IOException {
    return folder == null ? new TreeSet<>() : OutsideFiles.in(folder);
  }

  /** Removes the folder with what is left in it. */
  @Override
  public void close() throws IOException {
    if (folder == null || !Files.isDirectory(folder)) {
      return;
    }
    List<Path> all;
    try (Stream<Path> found = Files.walk(folder)) {
      all = new ArrayList<>(found.toList());
    }
    Collections.reverse(all);
    for (Path each : all) {
      Files.deleteIfExists(each);
    }
  }
}
