package org.vhostdp.spi;

import java.util.Objects;

/** Whether a driver can run here; if not, why, and what to do. Immutable. */
public final class Probe {
  private static final Probe OK = new Probe(true, "", "");

  private final boolean ok;
  private final String reason;
  private final String advice;

  private Probe(boolean ok, String reason, String advice) {
    this.ok = ok;
    this.reason = Objects.requireNonNull(reason);
    this.advice = Objects.requireNonNull(advice);
  }

  /** It can run. */
  public static Probe ok() {
    return OK;
  }

  /** It can run, with a remark for the operator (a slower mode, an older kernel). */
  public static Probe ok(String remark) {
    return new Probe(true, remark, "");
  }

  /** It cannot run: why, and what to do, a sentence each. */
  public static Probe unavailable(String reason, String advice) {
    return new Probe(false, reason, advice);
  }

  public boolean isOk() {
    return ok;
  }

  /** Why not, or a remark; may be empty if it can run. */
  public String reason() {
    return reason;
  }

  public String advice() {
    return advice;
  }

  @Override
  public String toString() {
    return ok ? (reason.isEmpty() ? "ok" : "ok: " + reason) : reason + " " + advice;
  }
}
