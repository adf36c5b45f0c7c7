// SPDX-License-Identifier: Apache-2.0
/**
 * Floor 0: how one thread asks another to do something and waits for it. Not here: how a request
 * gets to the other thread, and which threads there are.
 */
package io.ipvane.request;
