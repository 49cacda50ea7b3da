package org.vhostdp.dataplane.qos;

/** A limit, share or class that cannot be; the message is a sentence for the operator. */
public final class QosRefused extends Exception {
  private static final long serialVersionUID = 1;

  public QosRefused(String sentence) {
    super(sentence);
  }
}
