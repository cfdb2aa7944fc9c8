-- By which model and rules the month is reckoned.
SELECT rights, contract_id AS "contractId", model, pool_num AS "poolNum", pool_den AS "poolDen", unheard, eligible_streams AS "eligibleStreams",
       eligible_listeners AS "eligibleListeners", listener_cap AS "listenerCap", artist_boost AS "artistBoost",
       artist_boost_streams AS "artistBoostStreams", artist_boost_listeners AS "artistBoostListeners", discovery_boost AS "discoveryBoost",
       boosted_discoveries AS "boostedDiscoveries", credibility
  FROM royalty_terms WHERE valid @> $1::date
