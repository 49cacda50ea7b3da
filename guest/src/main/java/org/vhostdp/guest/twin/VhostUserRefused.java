package org.vhostdp.guest.twin;

import java.io.IOException;

/** The back-end answered a request with a non-zero acknowledgement (REPLY_ACK). */
public final class VhostUserRefused extends IOException {
  private static final long serialVersionUID = 1L;

  private final int request;
  private final long answer;

  VhostUserRefused(int request, long answer) {
    super("The back-end refused " + Request.name(request) + " with " + answer + ".");
    this.request = request;
    this.answer = answer;
  }

  /** The refused request, one of {@link Request}. */
  public int request() {
    return request;
  }

  /** The u64 that came back; never 0. */
  public long answer() {
    return answer;
  }
}
