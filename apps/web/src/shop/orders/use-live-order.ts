import type { Order, OrderEvent } from '@doorbuster/contracts';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { followOrder } from '../../api/follow-order.js';
import { orderQuery, timelineQuery } from '../../api/queries.js';

/** An order with what happened to it, read again at each event of its stream. */
export function useLiveOrder(id: string) {
  const client = useQueryClient();
  const [isLost, setLost] = useState(false);
  const order = useQuery(orderQuery(id));
  const isMoving = order.data !== undefined && isUnderWay(order.data);
  const timeline = useQuery(timelineQuery(id, order.data !== undefined && !isMoving));
  const isCancelling = order.data?.cancelling === true;
  useEffect(() => {
    if (!isMoving) return;
    const leaving = new AbortController();
    const refresh = ({ status, reason }: OrderEvent): void => {
      client.setQueryData(orderQuery(id).queryKey, (known) => known && { ...known, status, reason });
      void client.invalidateQueries({ queryKey: ['order', id] });
      void client.invalidateQueries({ queryKey: ['timeline', id] });
    };
    const follow = async (): Promise<void> => {
      const isLast = isCancelling
        ? (status: string) => status === 'CANCELLED'
        : (status: string) => status !== 'PENDING';
      for await (const event of followOrder(id, isLast, leaving.signal)) refresh(event);
    };
    follow().catch(() => setLost(true));
    return () => leaving.abort();
  }, [client, id, isMoving, isCancelling]);
  return { order, timeline, isLost };
}

const isUnderWay = ({ status, cancelling }: Order): boolean => status === 'PENDING' || cancelling;
