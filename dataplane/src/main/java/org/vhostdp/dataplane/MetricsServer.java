package org.vhostdp.dataplane;

import java.io.IOException;
import java.net.InetSocketAddress;

/** Shows a dataplane's numbers to a monitoring system. Found by ServiceLoader; control threads. */
public interface MetricsServer {
  /**
   * Begins to serve.
   *
   * @param at address and port to listen at; port 0 takes any that is free
   * @param dataplane whose numbers are shown; not owned
   * @param version of the program
   * @throws IOException if it cannot listen there
   */
  Served serve(InetSocketAddress at, Dataplane dataplane, String version) throws IOException;

  /** A server that runs. */
  interface Served extends AutoCloseable {
    /** Where to read the numbers. */
    String url();

    /** Stops serving; again does nothing. */
    @Override
    void close();
  }
}
