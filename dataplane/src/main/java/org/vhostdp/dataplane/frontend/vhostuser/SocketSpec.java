package org.vhostdp.dataplane.frontend.vhostuser;

import java.nio.file.Path;
import java.util.Objects;
import org.vhostdp.linux.Fd;

/**
 * Where a port's front-end comes from.
 *
 * @param mode who connects to whom
 * @param path the socket's path; null with {@link Mode#PASSED}
 * @param permissions mode bits of a listening socket, 0600 unless the operator says otherwise
 * @param passed the descriptor with {@link Mode#PASSED}: listening or connected; owned
 * @param configSpace whether to offer the configuration space messages
 */
public record SocketSpec(Mode mode, Path path, int permissions, Fd passed, boolean configSpace) {
  /** Who connects to whom. */
  public enum Mode {
    /** This side listens. */
    SERVER,
    /** This side connects, again and again. */
    CLIENT,
    /** The socket was handed to this process. */
    PASSED
  }

  public SocketSpec {
    Objects.requireNonNull(mode);
  }

  /** This side listens at a path. */
  public static SocketSpec server(Path path, int permissions) {
    return new SocketSpec(Mode.SERVER, path, permissions, null, true);
  }

  /** This side connects to a path. */
  public static SocketSpec client(Path path) {
    return new SocketSpec(Mode.CLIENT, path, 0, null, true);
  }

  /** The socket was handed over. */
  public static SocketSpec passed(Fd fd) {
    return new SocketSpec(Mode.PASSED, null, 0, fd, true);
  }

  /** This, with or without the configuration space messages. */
  public SocketSpec withConfigSpace(boolean on) {
    return new SocketSpec(mode, path, permissions, passed, on);
  }
}
